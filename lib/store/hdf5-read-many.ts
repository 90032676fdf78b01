// Many datasets of an HDF5 file, which is opened once for all of them.
import { native, type ManyHdf5Datasets, type NamedHdf5Dataset } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import { PIECE_BYTES } from "../turn.ts";
import type { ManyArrays, ReadOptions } from "./array-format.ts";
import { attributesOf } from "./hdf5-attributes.ts";
import { extentOf } from "./hdf5-place.ts";
import { ownArrayOf, readInPlace } from "./hdf5-read.ts";
import { runJob } from "./job.ts";

/** Datasets that are made values of the engine at once. */
const SOME = 100;

/**
 * Reads the datasets of some names, or every one, whole.
 * @throws for the first that cannot be read, as a read of that one alone
 */
export async function readDatasets(
  file: string,
  only: readonly string[] | undefined,
  options: ReadOptions,
): Promise<ManyArrays> {
  const many = await runJob({ signal: options.signal }, "open", 0, (control) =>
    native().describeHdf5(file, only, control),
  );
  try {
    const names: string[] = [];
    const arrays: NDArray[] = [];
    for (let from = 0; from < many.count; from += SOME) {
      const some = native().describedHdf5(many.datasets, from, Math.min(from + SOME, many.count));
      for (const { name } of some) names.push(name);
      arrays.push(...(await readSome(many, some, from, file, options)));
    }
    return { names, arrays };
  } finally {
    native().closeHdf5(many.handle);
  }
}

/** Reads those that were described from number `from` on: what does not lie in one piece by the library, several in one job. */
async function readSome(
  many: ManyHdf5Datasets,
  some: readonly NamedHdf5Dataset[],
  from: number,
  file: string,
  options: ReadOptions,
): Promise<NDArray[]> {
  const arrays: NDArray[] = [];
  let waiting: number[] = [];
  let waiting_bytes = 0;
  const readWaiting = async (): Promise<void> => {
    const numbers = waiting.map((k) => from + k);
    const read = await runJob(options, "read", waiting_bytes, (control) =>
      native().readDescribed(many.handle, many.datasets, numbers, control),
    );
    for (const [at, k] of waiting.entries())
      arrays[k] = await ownArrayOf(some[k]!, some[k]!.shape, read[at]!, file);
    waiting = [];
    waiting_bytes = 0;
  };
  for (const [k, dataset] of some.entries()) {
    const extent = extentOf(dataset, file);
    if (extent !== undefined) {
      arrays[k] = await readInPlace(many.fd, extent, file, options);
      continue;
    }
    waiting.push(k);
    waiting_bytes += Math.max(dataset.size_bytes, dataset.stored_bytes);
    if (waiting_bytes >= PIECE_BYTES) await readWaiting();
  }
  if (waiting.length > 0) await readWaiting();
  for (const [k, dataset] of some.entries())
    arrays[k]!.attributes = attributesOf(dataset, dataset.attributes);
  return arrays;
}
