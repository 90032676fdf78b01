// What a snapshot is read from: the index that is there, and the lines of its journal.

import { join } from "node:path";
import { identify, readIdentifiedText } from "../disk/read-text.ts";
import { TailFile } from "../disk/tail-file.ts";
import { isPersistError } from "../errors.ts";
import { parseIndex, type Index } from "./index-module.ts";
import { LineReader, type Position } from "./journal.ts";
import { journalName } from "./names.ts";
import type { Commit } from "./state.ts";

/** Most journals are no longer than this, and most lines. */
export const SHORT_BYTES: number = 2 ** 14;
const PIECE_BYTES = 2 ** 20;
const LOADS = 8;

/** Everything that a snapshot was read from. */
export interface Source {
  readonly identity: string;
  readonly index_bytes: number;
  readonly index: Index;
  readonly journal: TailFile;
  position: Position;
  isTorn: boolean;
}

/**
 * Reads everything. What is superseded and removed meanwhile is read anew.
 * @throws PersistError as {@link Log.open}
 */
export async function readSource(directory: string, isWritable: boolean): Promise<Source> {
  const file = join(directory, "index.js");
  for (let attempt = 1; ; attempt++) {
    const found = await readIdentifiedText(file);
    const { identity } = found;
    const index_bytes = found.bytes.length;
    const index = parseIndex(found, file);
    let journal: TailFile | undefined;
    try {
      journal = await TailFile.open(join(directory, journalName(index.state.journal)), isWritable);
      const start = { start: 0, offset: 0, crc: index.crc, generation: index.state.generation };
      const source: Source = { identity, index_bytes, index, journal, position: start, isTorn: false };
      await readLines(source, (commit) => index.state.apply(commit));
      return source;
    } catch (error) {
      await journal?.close();
      // the journal may have been superseded and removed meanwhile, or changed while it was read
      const isPassing = isPersistError(error, "PERSIST_NOT_FOUND", "PERSIST_CORRUPT");
      if (!isPassing || attempt >= LOADS || (attempt > 1 && identify(file) === identity)) throw error;
    }
  }
}

/** The beginning of what stands after the last line, and whether there is no more of it. */
export interface Piece {
  readonly bytes: Buffer;
  readonly isAll: boolean;
}

/** Reads the lines after `source.position`, and moves it on. */
export async function readLines(
  source: Source,
  take: (commit: Commit) => void,
  first?: Piece,
): Promise<void> {
  if (first?.isAll === true && first.bytes.length === 0) {
    source.isTorn = false;
    return;
  }
  const { journal } = source;
  const reader = new LineReader(journal.path, source.position);
  const feed = (piece: Buffer): void => {
    for (const { commit, end } of reader.feed(piece)) {
      take(commit);
      source.position = end;
    }
  };
  let { offset } = source.position;
  if (first !== undefined) {
    offset += first.bytes.length;
    feed(first.bytes);
  }
  for (let size_bytes = SHORT_BYTES, isAll = first?.isAll === true; !isAll; size_bytes = PIECE_BYTES) {
    const piece = Buffer.allocUnsafe(size_bytes);
    const got = await journal.read(piece, offset);
    isAll = got < size_bytes;
    offset += got;
    feed(piece.subarray(0, got));
  }
  source.isTorn = reader.isTorn;
}
