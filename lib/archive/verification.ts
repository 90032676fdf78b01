// What every `verify` says.

import type { ErrorCode, PersistError } from "../errors.ts";

export interface Problem {
  code: ErrorCode;
  file: string;
  message: string;
}

export interface Verification {
  /** Whether no problem was found. */
  ok: boolean;
  problems: Problem[];
  /** What was looked at. */
  checked: { files: number; bytes: number };
}

/** A problem from an error; `file` where the error names none. */
export function problemOf(error: PersistError, file: string): Problem {
  return { code: error.code, file: error.file ?? file, message: error.message };
}
