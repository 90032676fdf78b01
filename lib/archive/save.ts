// Saving one archive, atomically: at every moment, and after a crash at any moment, the path holds the old archive or the new one, whole.
//
// A new package is built in a directory of another name, and published by one rename:
//  1. Create `.NAME.<random>.tmp` beside it.
//  2. Write the array files, the loader and package.json, then index.js; sync each, and the directories.
//  3. Rename the directory to NAME: the commit.
//  4. Sync the parent.
//
// An archive that is there (and a module, which has no directory of its own) gets new files beside the old ones, which are never written again:
//  1. Write the array files under names that are free, and the loader where it is missing; sync each, and the directories.
//  2. Put the new module in the place of the old one by rename: the commit.
//  3. Sync the directory.
//  4. Remove the files of the generation before the one just replaced: an `import` under way may still want the latter.
//
// With `durability: "process"` the syncs are left out. Whatever fails before the commit leaves what was there, and removes its own files, but for the
// loader, which another save may count on. What a save that was killed has left goes with a later save to the same path.

import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDirectories } from "../disk/directories.ts";
import { ensureFile } from "../disk/ensure.ts";
import { io } from "../disk/io-error.ts";
import { createFile, replaceFile, temporaryName } from "../disk/replace.ts";
import { confirmCommit, syncDirectory } from "../disk/sync.ts";
import { isPersistError, PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { loaderText } from "../store/loader.ts";
import { findArchive, removeOldFiles, removeOldTemporaries } from "./generations.ts";
import { inDirectory, modulePath, moduleLayout, packageLayout, toPath, type Layout } from "./layout.ts";
import type { SaveOptions, SaveReport } from "./options.ts";
import { planItems } from "./plan.ts";
import { relativeSpecifier } from "./specifier.ts";
import { storeArrays } from "./store-arrays.ts";
import { encodedTextOf } from "./text.ts";

const PACKAGE_JSON = `${JSON.stringify({ type: "module", exports: "./index.js" }, null, 2)}\n`;

type File = SaveReport["files"][number];

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
  const { form, arrayThreshold, durability, overwrite, signal } = withDefaults(options);
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
  const files =
    form === "package" && !old.exists
      ? await publishDirectory(layout, plan, options)
      : await publishModule(layout, plan, options);
  await removeOldFiles(layout, old.text ?? "");
  for (const name of [layout.module, layout.loader]) await removeOldTemporaries(layout.directory, name);
  if (form === "package") await removeOldTemporaries(dirname(layout.directory), basename(layout.directory));
  return {
    path: modulePath(layout),
    files,
    size_bytes: files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    elapsed_ms: performance.now() - start_ms,
    relativeImports: plan.imports.flatMap(({ file }) =>
      file === undefined ? [] : [relativeSpecifier(layout.directory, file)],
    ),
  };

  async function publishDirectory(final: Layout, content: Plan, settings: SaveOptions): Promise<File[]> {
    const parent = dirname(final.path);
    await makeDirectories(parent, durability);
    const temporary = temporaryName(parent, basename(final.path));
    await io(temporary, mkdir(temporary));
    const building = inDirectory(final, temporary);
    const written: File[] = [];
    try {
      const text = await writeParts(building, final, content, settings, written);
      await createFile(join(temporary, "package.json"), PACKAGE_JSON, durability);
      await createFile(modulePath(building), text, durability);
      if (durability === "full") await syncDirectory(temporary);
      await rename(temporary, final.path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST")
          return io(final.path, Promise.reject(error));
        throw new PersistError("PERSIST_EXISTS", `${final.path} was made by someone else meanwhile`, {
          file: final.path,
          cause: error,
        });
      });
      written.push(
        { name: "package.json", size_bytes: PACKAGE_JSON.length },
        { name: final.module, size_bytes: text.length },
      );
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
      throw error;
    }
    if (durability === "full") await confirmCommit(parent);
    return written;
  }

  async function publishModule(final: Layout, content: Plan, settings: SaveOptions): Promise<File[]> {
    await makeDirectories(final.directory, durability);
    const written: File[] = [];
    const giveUp = async (error: unknown): Promise<never> => {
      await removeArrays(final, written);
      throw error;
    };
    const text = await writeParts(final, final, content, settings, written).catch(giveUp);
    await replaceFile(final.directory, final.module, text, durability).catch((error: unknown) => {
      // the module is in place already, and needs its arrays
      if (isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) throw error;
      return giveUp(error);
    });
    return [...written, { name: final.module, size_bytes: text.length }];
  }

  /** Writes all but the module, and gives its text. What is in place is added to `written`. */
  async function writeParts(
    into: Layout,
    final: Layout,
    content: Plan,
    settings: SaveOptions,
    written: File[],
  ): Promise<Buffer> {
    const { arrays: format = "npy", onProgress } = settings;
    const stored = await storeArrays(
      content.arrays,
      into,
      { format, durability, signal, onProgress },
      written,
    );
    if (stored !== undefined) {
      await ensureFile(into.directory, into.loader, loaderText, durability);
      written.push({ name: into.loader, size_bytes: Buffer.byteLength(loaderText) });
      if (durability === "full") await syncDirectory(into.directory);
    }
    const arrays = stored && {
      loader: `./${encodeURIComponent(into.loader)}`,
      rows: stored.rows,
      heads: stored.heads,
    };
    return Buffer.concat(
      await encodedTextOf(
        content,
        {
          specifierOf: (file) => relativeSpecifier(final.directory, file),
          ...(arrays === undefined ? {} : { arrays }),
        },
        signal,
      ),
    );
  }
}

/** Removes the array files of a save that failed, and their directory where nothing else is in it. */
async function removeArrays(layout: Layout, written: readonly File[]): Promise<void> {
  const arrays = written.filter(({ name }) => name.startsWith(layout.arrays));
  await Promise.all(
    arrays.map(({ name }) => rm(join(layout.directory, name), { force: true }).catch(() => {})),
  );
  await rmdir(join(layout.directory, layout.arrays)).catch(() => {});
}

function withDefaults(
  options: SaveOptions,
): Required<Pick<SaveOptions, "form" | "arrayThreshold" | "durability" | "overwrite">> &
  Pick<SaveOptions, "signal"> {
  const {
    form = "package",
    arrays = "npy",
    arrayThreshold = 100,
    durability = "full",
    overwrite = false,
    signal,
  } = options;
  if (form !== "package" && form !== "module")
    throw new TypeError(`form must be "package" or "module", not ${String(form)}`);
  if (arrays !== "npy" && arrays !== "npz" && arrays !== "hdf5")
    throw new TypeError(`arrays must be "npy", "npz" or "hdf5", not ${String(arrays)}`);
  if (durability !== "full" && durability !== "process")
    throw new TypeError(`durability must be "full" or "process", not ${String(durability)}`);
  if (typeof arrayThreshold !== "number" || !(arrayThreshold >= 0))
    throw new RangeError("arrayThreshold must be a number of elements, 0 or more");
  return { form, arrayThreshold, durability, overwrite, ...(signal === undefined ? {} : { signal }) };
}
