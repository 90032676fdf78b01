// A version of an item: a module with the item as its default export, and its array files. All carry the same tag in their names, and none is ever written
// again.

import { join } from "node:path";
import { crc32 } from "node:zlib";
import { packageLayout } from "../archive/layout.ts";
import { planItems } from "../archive/plan.ts";
import { relativeSpecifier } from "../archive/specifier.ts";
import { storeArrays, type ArrayFormat } from "../archive/store-arrays.ts";
import { encode } from "../archive/text.ts";
import { removeFile } from "../disk/files.ts";
import { beginFile } from "../disk/new-file.ts";
import { isPersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { native } from "../native.ts";
import type { Rule } from "../represent/template.ts";
import { loaderName } from "../store/loader.ts";
import { hex } from "./journal.ts";
import { newVersion } from "./names.ts";
import type { FileRow } from "./state.ts";

const EEXIST = 17;
const TAGS = 8;

/** How items are written; as {@link save} has it. */
export interface VersionOptions {
  readonly arrays: ArrayFormat;
  readonly arrayThreshold: number;
  readonly rules?: readonly Rule[] | undefined;
  readonly readable?: boolean | undefined;
  readonly durability: "full" | "process";
}

/** Takes an item as it is at this moment. */
export function planItem(name: string, value: unknown, options: VersionOptions): Plan {
  return planItems({ [name]: value }, { ...options, single: true });
}

/** A version that was written. */
export interface WrittenVersion {
  /** The module is the first. */
  readonly files: FileRow[];
  /** Resolves when all of them are on the disk. */
  readonly synced: Promise<void>;
}

/**
 * Writes a new version. The array loader is there already. When it fails, no file is left.
 * @param base how the names of the files begin: the name of the item, or the prefix of names that are not known yet
 */
export async function writeVersion(
  directory: string,
  base: string,
  plan: Plan,
  options: VersionOptions,
): Promise<WrittenVersion> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeAs(directory, newVersion(base), plan, options);
    } catch (error) {
      const isTaken = isPersistError(error, "PERSIST_IO") && error.errno === EEXIST;
      if (!isTaken || attempt >= TAGS) throw error;
    }
  }
}

async function writeAs(
  directory: string,
  version: string,
  plan: Plan,
  { arrays: format, durability }: VersionOptions,
): Promise<WrittenVersion> {
  const written: { name: string; size_bytes: number }[] = [];
  const layout = { ...packageLayout(directory), arrays: `${version}.` };
  try {
    const stored = await storeArrays(plan.arrays, layout, { format, durability }, written);
    const arrays = stored && { ...stored, loader: `./${loaderName("package")}` };
    const textOf = await encode(plan, (file) => relativeSpecifier(directory, file), undefined);
    const pieces = textOf(arrays);
    const module = `${version}.js`;
    const { synced } = await beginFile(join(directory, module), pieces, durability);
    const size_bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    const crc = pieces.reduce((sum, piece) => crc32(piece, sum), 0);
    const arrayFiles = [...written];
    written.push({ name: module, size_bytes });
    const rows = await Promise.all(arrayFiles.map(async (array) => rowOf(directory, array)));
    return { files: [[module, size_bytes, hex(crc)], ...rows], synced };
  } catch (error) {
    await removeFiles(
      directory,
      written.map(({ name }) => name),
    );
    throw error;
  }
}

async function rowOf(
  directory: string,
  { name, size_bytes }: { name: string; size_bytes: number },
): Promise<FileRow> {
  return [name, size_bytes, await checksumOf(directory, name, size_bytes)];
}

/** The CRC-32 of a whole file. */
export async function checksumOf(directory: string, name: string, size_bytes: number): Promise<string> {
  const [sum] = await native().checksumRanges(join(directory, name), [{ offset: 0, size_bytes }], undefined);
  return hex(sum!);
}

/** Removes files that nobody can refer to; what cannot be removed is found by whoever compacts. */
export async function removeFiles(directory: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => removeFile(join(directory, name)).catch(() => {})));
}
