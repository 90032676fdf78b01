// Repair: what a person has edited becomes a version of its own, names that are missing come back. No data is deleted or overwritten: what cannot be mended
// is reported.
//
//  1. Under WRITE: the torn end of the journal is cut off, as every writer does; links and package.json come back where a good copy is at hand.
//  2. Each edited module, in place or under its alias, is copied to a new version, and committed if it is still the same then.
//  3. An index that was edited becomes a new index, by compaction.

import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { readModule } from "../archive/read-module.ts";
import { factsOf } from "../disk/files.ts";
import { linkOver } from "../disk/links.ts";
import { readTextFile } from "../disk/read-text.ts";
import { createFile } from "../disk/new-file.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { restore } from "./aliases.ts";
import type { Committer } from "./commit.ts";
import { PACKAGE_JSON } from "./create.ts";
import type { Finding } from "./examine.ts";
import { hex } from "./journal.ts";
import type { Log } from "./log.ts";
import { aliasOf, newVersion } from "./names.ts";
import type { FileRow, Item } from "./state.ts";
import { checksumOf, removeFiles } from "./version.ts";

/** Something that was put right. */
export interface Repair {
  file: string;
  message: string;
}

/** Steps 1 and 2. */
export async function repairItems(
  log: Log,
  committer: Committer,
  findings: readonly Finding[],
  durability: "full" | "process",
): Promise<Repair[]> {
  const { directory } = log;
  const repaired: Repair[] = [];
  const done = (file: string, message: string): number =>
    repaired.push({ file: join(directory, file), message });
  await committer.asWriter(async () => {
    for (const { name, what, file, code } of findings) {
      if (name === undefined) {
        if (code === "PERSIST_TRUNCATED") done(basename(file), "cut after the last whole line");
        if (code !== "PERSIST_NOT_FOUND") continue;
        await createFile(file, PACKAGE_JSON, durability);
        done(basename(file), "written anew");
        continue;
      }
      const item = log.state.items.get(name);
      if (item === undefined) continue;
      const [version, size_bytes, sum] = item.files[0]!;
      if (what === "module" && code === "PERSIST_NOT_FOUND") {
        const alias = await factsOf(join(directory, aliasOf(name)));
        if (alias?.isFile !== true || alias.size_bytes !== size_bytes) continue;
        if ((await checksumOf(directory, aliasOf(name), size_bytes)) !== sum) continue;
        await linkOver(directory, aliasOf(name), version);
        done(version, `restored from ${aliasOf(name)}`);
      } else if (what === "alias") {
        if (await restore(directory, log.state, name)) done(aliasOf(name), `linked to ${version} again`);
      }
    }
  });
  const names = new Set(
    findings.flatMap(({ name, what }) => (name === undefined || what === "array" ? [] : [name])),
  );
  for (const name of names) {
    const version = await takeIn(log, committer, name, durability);
    if (version !== undefined) done(aliasOf(name), `its edited text is the new version ${version}`);
  }
  return repaired;
}

/** Makes a version of what a person has made of an item; undefined where it is as it was committed, or cannot be an item. */
async function takeIn(
  log: Log,
  committer: Committer,
  name: string,
  durability: "full" | "process",
): Promise<string | undefined> {
  const { directory } = log;
  const item = log.state.items.get(name);
  if (item === undefined) return undefined;
  const path = join(directory, aliasOf(name));
  const text = await readEdited(path);
  if (text === undefined || isCommitted(item, text)) return undefined;
  const version = `${newVersion(name)}.js`;
  const row: FileRow = [version, text.length, hex(crc32(text))];
  try {
    return await committer.submit(async () => {
      await createFile(join(directory, version), text, durability);
      return {
        files: [version],
        synced: [],
        edit: async (draft) => {
          const now = await readEdited(path);
          if (draft.item(name)?.files !== item.files || now?.equals(text) !== true)
            throw new PersistError("PERSIST_CONFLICT", `${name} was changed while it was repaired`);
          await draft.set(name, [row, ...item.files.slice(1)], undefined);
          return version;
        },
      };
    });
  } catch (error) {
    if (!isPersistError(error, "PERSIST_CONFLICT")) throw error;
    await removeFiles(directory, [version]);
    return undefined;
  }
}

/** The text of an alias, if it can be an item's. Modules that it imports are not known here: those are taken on trust. */
async function readEdited(path: string): Promise<Buffer | undefined> {
  try {
    const text = Buffer.from(await readTextFile(path));
    const exported = await readModule(path, {});
    return Object.hasOwn(exported, "default") ? text : undefined;
  } catch (error) {
    if (isPersistError(error, "PERSIST_UNTRUSTED_IMPORT")) return Buffer.from(await readTextFile(path));
    if (!isPersistError(error) || isPersistError(error, "PERSIST_IO")) throw error;
    return undefined;
  }
}

function isCommitted({ files }: Item, text: Buffer): boolean {
  const [, size_bytes, sum] = files[0]!;
  return text.length === size_bytes && hex(crc32(text)) === sum;
}
