// Looks at the files of an item: are they what was committed?

import { join } from "node:path";
import type { Problem } from "../archive/verification.ts";
import { exists, factsOf, isSameContent } from "../disk/files.ts";
import { aliasOf } from "./names.ts";
import type { FileRow, Item } from "./state.ts";
import { checksumOf } from "./version.ts";

export interface Finding extends Problem {
  /** The item; undefined for what is not an item's. */
  readonly name: string | undefined;
  readonly what: "module" | "alias" | "array" | "other";
}

/** What is wrong with the files of an item. `count` is told the size of everything that was read. */
export async function examine(
  directory: string,
  name: string,
  item: Item,
  count: (size_bytes: number) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [i, row] of item.files.entries()) {
    const what = i === 0 ? "module" : "array";
    const problem = await examineFile(directory, row, count);
    if (problem !== undefined) findings.push({ ...problem, name, what });
  }
  const [version] = item.files[0]!;
  const alias = join(directory, aliasOf(name));
  if (!(await exists(alias))) {
    const message = `${alias} is missing: nobody can import the item by its name`;
    findings.push({ code: "PERSIST_NOT_FOUND", file: alias, message, name, what: "alias" });
  } else if (!(await isSameContent(alias, join(directory, version)))) {
    const message = `${alias} is not ${version}, the current version: it was edited by hand, or a writer died before it could replace it`;
    findings.push({ code: "PERSIST_CONFLICT", file: alias, message, name, what: "alias" });
  }
  return findings;
}

/** What is wrong with one file. */
export async function examineFile(
  directory: string,
  [file, size_bytes, crc32]: FileRow,
  count: (size_bytes: number) => void = () => {},
): Promise<Problem | undefined> {
  const path = join(directory, file);
  const facts = await factsOf(path);
  if (facts === undefined) return { code: "PERSIST_NOT_FOUND", file: path, message: `${path} is missing` };
  if (!facts.isFile)
    return { code: "PERSIST_NOT_REGULAR_FILE", file: path, message: `${path} is not a regular file` };
  if (facts.size_bytes !== size_bytes) {
    const message = `${path} has ${facts.size_bytes} bytes, and ${size_bytes} were committed`;
    return {
      code: facts.size_bytes < size_bytes ? "PERSIST_TRUNCATED" : "PERSIST_CORRUPT",
      file: path,
      message,
    };
  }
  const found = await checksumOf(directory, file, size_bytes);
  count(size_bytes);
  if (found === crc32) return undefined;
  const message = `${path} has the checksum ${found}, and ${crc32} was committed: it was edited, or it is damaged`;
  return { code: "PERSIST_CORRUPT", file: path, message };
}
