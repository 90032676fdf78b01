// Saving one archive. What a save that was killed has left goes with a later save to the same path, and so do the files of the generation before the
// one just replaced: an `import` under way may still want the latter.

import { basename, dirname } from "node:path";
import { toPath } from "../disk/path.ts";
import { PersistError } from "../errors.ts";
import { checkNumber, checkOneOf } from "../options.ts";
import { findArchive, removeOldFiles, removeOldTemporaries } from "./generations.ts";
import { moduleLayout, packageLayout } from "./layout.ts";
import type { SaveOptions, SaveReport } from "./options.ts";
import { planItems } from "./plan.ts";
import { publishDirectory, publishModule } from "./publish.ts";
import { reportOf } from "./report.ts";
import type { Durability } from "../store/store.ts";
import { ARRAY_FORMATS, storeArrays, type ArrayFormat } from "./store-arrays.ts";

/**
 * Writes items as an archive: an ES module that exports them, and array files beside it. The graph is taken as it is at the call; the memory of arrays is
 * read until the promise resolves, and must stay as it is until then.
 *
 * @param path the archive's directory, or with `form: "module"` its file, with or without `.mjs`
 * @param items from names to values of any kind that can be kept
 * @throws PersistError PERSIST_UNSUPPORTED_VALUE with the key path of what cannot be kept; PERSIST_INVALID_NAME; PERSIST_EXISTS without `overwrite`;
 * PERSIST_IO with syscall and errno, after which what was there is unchanged; PERSIST_DURABILITY_UNKNOWN when a sync failed; PERSIST_DETACHED when a buffer
 * was given away meanwhile
 */
export async function save(
  path: string | URL,
  items: Readonly<Record<string, unknown>>,
  options: SaveOptions = {},
): Promise<SaveReport> {
  const start_ms = performance.now();
  const { form, format, compress, checksum, arrayThreshold, durability, overwrite, backup, signal } =
    withDefaults(options);
  const given = toPath(path);
  const layout = form === "package" ? packageLayout(given) : moduleLayout(given);
  signal?.throwIfAborted();
  const plan = planItems(items, { ...options, arrayThreshold });

  const old = await findArchive(layout);
  if (old.exists && !overwrite)
    throw new PersistError(
      "PERSIST_EXISTS",
      `${layout.path} is there already; overwrite: true replaces an archive`,
      { file: layout.path },
    );
  if (old.exists && old.text === undefined) {
    throw new PersistError(
      "PERSIST_EXISTS",
      `${layout.path} is there already, and is no archive; it is left alone`,
      { file: layout.path },
    );
  }
  const publish = form === "package" && !old.exists ? publishDirectory : publishModule;
  const files = await publish(layout, {
    plan,
    durability,
    signal,
    overwrite,
    backup: backup && old.exists,
    storeArrays: (into, written) =>
      storeArrays(
        plan.arrays,
        into,
        { format, compress, checksum, durability, signal, onProgress: options.onProgress },
        written,
      ),
  });
  await removeOldFiles(layout, old.text ?? "");
  await removeOldTemporaries(layout.directory, [layout.module, layout.backup, layout.loader]);
  if (form === "package") await removeOldTemporaries(dirname(layout.directory), [basename(layout.directory)]);
  return reportOf(layout, plan, files, start_ms);
}

/** The options with what they are when absent. Progress and rules are not among them. */
interface Settings {
  readonly form: "package" | "module";
  readonly format: ArrayFormat;
  readonly compress: boolean;
  readonly checksum: boolean;
  readonly arrayThreshold: number;
  readonly durability: Durability;
  readonly overwrite: boolean;
  readonly backup: boolean;
  readonly signal: AbortSignal | undefined;
}

function withDefaults(options: SaveOptions): Settings {
  const {
    form = "package",
    arrays = "npy",
    compress = false,
    checksum = false,
    arrayThreshold = 100,
    durability = "full",
    overwrite = false,
    backup = false,
    signal,
  } = options;
  checkOneOf("form", form, ["package", "module"]);
  checkOneOf("arrays", arrays, ARRAY_FORMATS);
  if (compress && arrays === "npy") throw new TypeError('compress needs arrays: "npz" or "hdf5"');
  checkOneOf("durability", durability, ["full", "process"]);
  if (backup && !overwrite) throw new TypeError("backup is of use with overwrite: true only");
  checkNumber("arrayThreshold", arrayThreshold);
  return { form, format: arrays, compress, checksum, arrayThreshold, durability, overwrite, backup, signal };
}
