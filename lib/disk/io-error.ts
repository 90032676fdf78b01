// Turns the errors of Node's file functions into PersistErrors.
import { PersistError } from "../errors.ts";

/**
 * The PersistError of a failed file operation: PERSIST_NOT_FOUND for a missing file, else PERSIST_IO, with syscall and
 * errno where the system has refused it, and not Node's permission model. What is no such error is given back as it is.
 */
export function ioError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof PersistError) return error;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code === "ERR_ACCESS_DENIED")
    return new PersistError("PERSIST_IO", `${file}: ${error.message}`, { cause: error, file });
  if (typeof errno !== "number" || syscall === undefined) return error;
  return new PersistError(
    code === "ENOENT" ? "PERSIST_NOT_FOUND" : "PERSIST_IO",
    `${syscall} failed on ${file}: ${error.message}`,
    {
      cause: error,
      file,
      syscall,
      errno: Math.abs(errno),
    },
  );
}

/** Awaits a file operation; its failure names `file`. */
export async function io<T>(file: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw ioError(error, file);
  }
}

/** The same for an operation that is done at once. */
export function ioNow<T>(file: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw ioError(error, file);
  }
}

/** What a file system says that cannot make one more link to a file. */
const LINK_REFUSALS: ReadonlySet<unknown> = new Set([
  "EPERM",
  "EMLINK",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EXDEV",
]);

/** Whether a `link` failed because the file system has none, or no more for this file. */
export function hasNoLinks(error: unknown): boolean {
  return LINK_REFUSALS.has((error as NodeJS.ErrnoException).code);
}
