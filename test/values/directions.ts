// Every way of writing a value and reading it back. Each takes the items and a name for files, and gives the items again.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { open, restore, save, stringify } from "persist-archive";
import type { RestoreOptions } from "persist-archive";
import { importsOf } from "../support/parsers.ts";
import { projectDirectory } from "../support/project.ts";

export type Items = Record<string, unknown>;
export type Direction = (items: Items, file: string) => Promise<Items>;

const require = createRequire(import.meta.url);

/** Runs with the project as working directory: relative imports of a text start there. */
export function inProject<T>(run: () => T): T {
  const before = process.cwd();
  process.chdir(projectDirectory);
  try {
    return run();
  } finally {
    process.chdir(before);
  }
}

/** Imports what a module's text imports, as the module itself would, were it in `directory`. */
export async function modulesOf(text: string, directory: string): Promise<Record<string, object>> {
  const requireThere = createRequire(join(directory, "_.mjs"));
  const modules: Record<string, object> = {};
  for (const specifier of importsOf(text)) {
    const target = /^\.\.?\//.test(specifier)
      ? new URL(specifier, pathToFileURL(join(directory, "_.mjs"))).href
      : specifier.startsWith("node:")
        ? specifier
        : pathToFileURL(requireThere.resolve(specifier)).href;
    modules[specifier] = (await import(target)) as object;
  }
  return modules;
}

/** What a reader is allowed: to import what the text imports, and to call what the fixtures are meant to be called by. */
export async function trustIn(text: string, directory: string): Promise<RestoreOptions> {
  const modules = await modulesOf(text, directory);
  const called = Object.keys(modules).filter((specifier) => specifier.endsWith("/represented.mjs"));
  return { modules, calls: Object.fromEntries(called.map((specifier) => [specifier, ["Unit.of"]])) };
}

async function write(text: string, file: string): Promise<string> {
  const path = join(projectDirectory, `${file}.mjs`);
  await writeFile(path, text);
  return path;
}

const importText =
  (options: object): Direction =>
  async (items, file) =>
    (await import(
      pathToFileURL(
        await write(
          inProject(() => stringify(items, options)),
          file,
        ),
      ).href
    )) as Items;

const restoreText =
  (options: object): Direction =>
  async (items) => {
    const text = inProject(() => stringify(items, options));
    return restore(text, await trustIn(text, projectDirectory));
  };

const saved =
  (options: object, read: (path: string, text: () => Promise<string>) => Promise<Items>): Direction =>
  async (items, file) => {
    const { path } = await save(join(projectDirectory, file), items, { durability: "process", ...options });
    return read(path, () => readFile(path, "utf8"));
  };

const openPath = async (path: string, text: () => Promise<string>): Promise<Items> =>
  open(path, await trustIn(await text(), join(path, "..")));
const importPath = async (path: string): Promise<Items> => (await import(pathToFileURL(path).href)) as Items;
const requirePath = async (path: string): Promise<Items> => Promise.resolve(require(path) as Items);

export const directions: Record<string, Direction> = {
  "stringify, import": importText({}),
  "stringify, restore": restoreText({}),
  "stringify readable, import": importText({ readable: true }),
  "stringify readable, restore": restoreText({ readable: true }),
  "save package, import": saved({}, importPath),
  "save package, open": saved({}, openPath),
  "save module, open": saved({ form: "module" }, openPath),
  ...((process.features as { require_module?: boolean }).require_module === true
    ? { "save module, require": saved({ form: "module" }, requirePath) }
    : {}),
};
