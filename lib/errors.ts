// The one error class of the library, and the codes it carries. `docs/errors.md` has a heading for each code.

/** Stable names of what can go wrong; a program may branch on them. */
export type ErrorCode =
  | "PERSIST_CHANGED"
  | "PERSIST_CLOSED"
  | "PERSIST_CONFLICT"
  | "PERSIST_CORRUPT"
  | "PERSIST_DETACHED"
  | "PERSIST_DUPLICATE_NAME"
  | "PERSIST_DURABILITY_UNKNOWN"
  | "PERSIST_EXISTS"
  | "PERSIST_FORMAT"
  | "PERSIST_INVALID_NAME"
  | "PERSIST_IO"
  | "PERSIST_LIMIT"
  | "PERSIST_LOCKED"
  | "PERSIST_LOCKS_UNAVAILABLE"
  | "PERSIST_MODULE_NOT_FOUND"
  | "PERSIST_NO_ADDON"
  | "PERSIST_NOT_FOUND"
  | "PERSIST_NOT_REGULAR_FILE"
  | "PERSIST_PATH_ESCAPE"
  | "PERSIST_READ_ONLY"
  | "PERSIST_SYMLINK"
  | "PERSIST_SYNTAX"
  | "PERSIST_TRUNCATED"
  | "PERSIST_UNSUPPORTED"
  | "PERSIST_UNSUPPORTED_VALUE"
  | "PERSIST_UNTRUSTED_CODE"
  | "PERSIST_UNTRUSTED_IMPORT"
  | "PERSIST_VERSION";

/** Where an error happened, as far as it applies. */
export interface ErrorDetails {
  cause?: unknown;
  /** The place in the object graph, such as `.runs[3].psi`. */
  keyPath?: string;
  file?: string;
  /** Byte offset in `file`. */
  offset?: number;
  /** Line in a module's text, from 1. */
  line?: number;
  /** Column in a module's text, from 1. */
  column?: number;
  syscall?: string;
  /** The positive number of the system's error. */
  errno?: number;
}

/**
 * Everything that the world does to this library is reported as a `PersistError`; misuse by the caller is a
 * `TypeError` or `RangeError`. `code` is stable, the message is for people.
 */
export class PersistError extends Error {
  readonly code: ErrorCode;
  declare readonly keyPath?: string;
  declare readonly file?: string;
  declare readonly offset?: number;
  declare readonly line?: number;
  declare readonly column?: number;
  declare readonly syscall?: string;
  declare readonly errno?: number;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, ...place } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, place);
  }

  static {
    Object.defineProperty(this.prototype, "name", {
      value: "PersistError",
      writable: true,
      configurable: true,
    });
  }
}

/** Tells a `PersistError` from others; with codes given, whether it is one of those. */
export function isPersistError(error: unknown, ...codes: ErrorCode[]): error is PersistError {
  return error instanceof PersistError && (codes.length === 0 || codes.includes(error.code));
}
