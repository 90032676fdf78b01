// Where this library writes. On Windows it only reads: there an open file cannot be replaced by rename, no directory can be synced, and a process
// that looks at a file keeps others from renaming it, so that none of the promises about saves would hold.
import { PersistError } from "../errors.ts";

/** @throws PersistError PERSIST_UNSUPPORTED on Windows */
export function checkWritable(path: string): void {
  if (process.platform !== "win32") return;
  throw new PersistError(
    "PERSIST_UNSUPPORTED",
    `${path} is not written: on Windows this library only reads`,
    {
      file: path,
    },
  );
}
