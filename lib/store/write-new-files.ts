// Writes new files by the addon: small ones at once, others on a worker.
import { native, type FileToWrite } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";

/** Below this many bytes a write without a sync takes less time than handing it to a worker. */
export const SMALL_BYTES: number = 64 * 1024;

/** Creates files in a directory, each under a name that was free; on failure none remains. */
export async function writeNewFiles(
  directory: string,
  files: readonly FileToWrite[],
  durability: Durability,
  job: JobOptions,
): Promise<void> {
  job.signal?.throwIfAborted();
  const total_bytes = files.reduce((sum, { head, data }) => sum + head.byteLength + data.byteLength, 0);
  if (durability === "process" && total_bytes <= SMALL_BYTES) native().writeFilesSync(directory, files);
  else {
    await runJob(job, "write", total_bytes, (control) =>
      native().writeFiles(directory, files, durability === "full", false, control),
    );
  }
}
