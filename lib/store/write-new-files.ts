// Writes a new file by the addon, on a worker.
import { native } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";

/** Writes a file that nothing must have the name of; with `full` durability it is synced, its name is not. On failure it does not remain. */
export async function writeNewFile(
  path: string,
  head: Uint8Array,
  data: Uint8Array,
  job: JobOptions & { readonly durability: Durability },
): Promise<void> {
  await runJob(job, "write", head.byteLength + data.byteLength, (control) =>
    native().writeNew(path, [{ head, data }], job.durability === "full", control),
  );
}
