// What a module of ours is, by its first line (docs/format.md); a person may have put something above it.

/** An archive. */
export const ARCHIVE_LINE: RegExp = /^\/\/ persist-archive format \d+\s*$/m;

/** The index of a data set. */
export const DATA_SET_LINE: RegExp = /^\/\/ persist-archive format \d+, data set\s*$/m;
