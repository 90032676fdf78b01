// Publishing an archive, atomically: at every moment, and after a crash at any moment, the path holds the old archive or the new one, whole.
//
// A new package is built in a directory of another name, and published by one rename:
//  1. Create `.NAME.<random>.tmp` beside it.
//  2. Write package.json, the loader, the array files and index.js; sync each, all at the same time, and then the directories.
//  3. Rename the directory to NAME: the commit.
//  4. Sync the parent.
//
// An archive that is there (and a module, which has no directory of its own) gets new files beside the old ones, which are never written again:
//  1. Write the array files under names that are free, and the loader where it is missing; sync each.
//  2. With `backup`, link the old module to `index.bak.js` (`NAME.bak.mjs`), in the place of the backup before. Sync the directories.
//  3. Put the new module in the place of the old one by rename: the commit. Without `overwrite` it gets its name by a link, so that
//     of two first saves one wins.
//  4. Sync the directory.
//
// With `durability: "process"` the syncs are left out. Whatever fails before the commit leaves what was there, and removes its own files, but for the
// loader, which another save may count on.

import { mkdir, rename, rm, rmdir, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDirectories } from "../disk/directories.ts";
import { ensureFile } from "../disk/ensure.ts";
import { io } from "../disk/io-error.ts";
import { linkOver } from "../disk/links.ts";
import { beginFile, type FileText } from "../disk/new-file.ts";
import { placeFile, replaceFile, temporaryName } from "../disk/replace.ts";
import { confirmCommit, syncDirectory } from "../disk/sync.ts";
import { isPersistError, PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { loaderText } from "../store/loader.ts";
import type { Durability, StoredArrays } from "../store/store.ts";
import { inDirectory, modulePath, type Layout } from "./layout.ts";
import { relativeSpecifier } from "./specifier.ts";
import type { StoredTable } from "./store-arrays.ts";
import { encode } from "./text.ts";

const PACKAGE_JSON = `${JSON.stringify({ type: "module", exports: "./index.js" }, null, 2)}\n`;

/** A file that was written, relative to the archive's directory. */
export type WrittenFile = StoredArrays["files"][number];

/** What is published, and how. */
export interface Publication {
  readonly plan: Plan;
  readonly durability: Durability;
  readonly signal?: AbortSignal | undefined;
  /** Whether a module that is there may be replaced; a package never is. */
  readonly overwrite?: boolean;
  /** Whether it is kept under another name: there must be one. */
  readonly backup?: boolean;
  /** Called when all is ready, right before the commit of a package. */
  readonly beforeCommit?: () => Promise<void>;
  /** Writes the arrays of the plan under a layout; each file is added to `written` as soon as it is there. Undefined where there are none. */
  readonly storeArrays: (into: Layout, written: WrittenFile[]) => Promise<StoredTable | undefined>;
}

/**
 * Publishes a new package. Gives every file of it.
 * @throws PersistError PERSIST_EXISTS when something is at its path by the time of the commit; PERSIST_IO; PERSIST_DURABILITY_UNKNOWN
 */
export async function publishDirectory(final: Layout, publication: Publication): Promise<WrittenFile[]> {
  const { plan, durability } = publication;
  const parent = dirname(final.path);
  await makeDirectories(parent, durability);
  const temporary = temporaryName(parent, basename(final.path));
  await io(temporary, mkdir(temporary));
  const building = inDirectory(final, temporary);
  const written: WrittenFile[] = [];
  const syncs: Promise<void>[] = [];
  const begin = async (file: string, text: FileText): Promise<void> => {
    syncs.push((await beginFile(file, text, durability)).synced);
  };
  try {
    await begin(join(temporary, "package.json"), PACKAGE_JSON);
    if (plan.arrays.length > 0) await begin(join(temporary, final.loader), loaderText);
    const text = await writeParts(building, final, publication, written);
    await begin(modulePath(building), text);
    await Promise.all(syncs);
    if (durability === "full") await syncDirectory(temporary);
    publication.signal?.throwIfAborted();
    await publication.beforeCommit?.();
    await rename(temporary, final.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") return io(final.path, Promise.reject(error));
      throw new PersistError("PERSIST_EXISTS", `${final.path} was made by someone else meanwhile`, {
        file: final.path,
        cause: error,
      });
    });
    written.push(
      { name: "package.json", size_bytes: PACKAGE_JSON.length },
      { name: final.module, size_bytes: sizeOf(text) },
    );
  } catch (error) {
    await Promise.allSettled(syncs);
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  if (durability === "full") await confirmCommit(parent);
  return written;
}

/**
 * Publishes an archive whose module is put in the place of the one that is there, if any. Gives the files that are new.
 * @throws PersistError PERSIST_EXISTS without `overwrite` when someone else has made one meanwhile; PERSIST_CONFLICT when another save of more
 * than a minute has taken its files for those of a dead one; PERSIST_IO; PERSIST_DURABILITY_UNKNOWN
 */
export async function publishModule(final: Layout, publication: Publication): Promise<WrittenFile[]> {
  const { durability, overwrite = false, backup = false } = publication;
  const begun_ms = Date.now();
  await makeDirectories(final.directory, durability);
  const written: WrittenFile[] = [];
  const giveUp = async (error: unknown): Promise<never> => {
    await removeArrays(final, written);
    throw error;
  };
  const prepare = async (): Promise<Uint8Array[]> => {
    const text = await writeParts(final, final, publication, written);
    const hasArrays = publication.plan.arrays.length > 0;
    if (hasArrays) await ensureFile(final.directory, final.loader, loaderText, durability);
    if (backup) await linkOver(final.directory, final.module, final.backup);
    if ((hasArrays || backup) && durability === "full") await syncDirectory(final.directory);
    return text;
  };
  const text = await prepare().catch(giveUp);
  await assureFiles(final, written, begun_ms).catch(giveUp);
  const put = overwrite ? replaceFile : placeFile;
  await put(final.directory, final.module, text, durability).catch((error: unknown) => {
    // the module is in place already, and needs its arrays
    if (isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) throw error;
    return giveUp(error);
  });
  return [...written, { name: final.module, size_bytes: sizeOf(text) }];
}

/** Files that no module names are taken for those of a dead save when they are a minute old (generations.ts). */
const LONG_MS = 30_000;

/**
 * Makes the files of a save that took its time look new, and sees that another save to the same path has not taken them for a dead one's.
 * @throws PersistError PERSIST_CONFLICT
 */
async function assureFiles(layout: Layout, written: readonly WrittenFile[], begun_ms: number): Promise<void> {
  const now_ms = Date.now();
  if (now_ms - begun_ms < LONG_MS) return;
  for (const { name } of written) {
    const file = join(layout.directory, name);
    await utimes(file, now_ms / 1000, now_ms / 1000).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") return io(file, Promise.reject(error));
      throw new PersistError(
        "PERSIST_CONFLICT",
        `another save to ${layout.path} ended meanwhile, and removed ${file}, which no archive named yet`,
        { file, cause: error },
      );
    });
  }
}

/** Writes the arrays, and meanwhile makes the module's text, which is given in pieces. Files of arrays are added to `written` as they are made, and the loader, which is the caller's to write. */
async function writeParts(
  into: Layout,
  final: Layout,
  { plan, signal, storeArrays }: Publication,
  written: WrittenFile[],
): Promise<Uint8Array[]> {
  const storing = storeArrays(into, written);
  const encoding = encode(plan, (file) => relativeSpecifier(final.directory, file), signal);
  // neither goes on behind the back of whoever is told that the other has failed
  await Promise.allSettled([storing, encoding]);
  const [stored, textOf] = await Promise.all([storing, encoding]);
  if (stored === undefined) return textOf();
  written.push({ name: into.loader, size_bytes: Buffer.byteLength(loaderText) });
  return textOf({ ...stored, loader: `./${encodeURIComponent(into.loader)}` });
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Removes the array files of a save that failed, and their directory where nothing else is in it. */
async function removeArrays(layout: Layout, written: readonly WrittenFile[]): Promise<void> {
  const arrays = written.filter(({ name }) => name.startsWith(layout.arrays));
  await Promise.all(
    arrays.map(({ name }) => rm(join(layout.directory, name), { force: true }).catch(() => {})),
  );
  await rmdir(join(layout.directory, layout.arrays)).catch(() => {});
}
