// Import statements, and exports from other modules. Nothing is loaded here: the caller gives the namespaces that it allows.

import { readName, startsName } from "./names.ts";
import { exec, isObject, isProxy, quote } from "./natives.ts";
import type { Reader } from "./reader.ts";
import { readImport } from "./references.ts";
import { IMPORT, LOADER } from "./scope.ts";
import type { Source } from "./source.ts";
import { readString } from "./strings.ts";

/** The loader's module: never opened, known by its name. */
const LOADER_MODULE = /^\.\/[^/\\]*_load-[0-9a-f]+\.m?js$/;

export function isLoaderModule(specifier: string): boolean {
  return exec(LOADER_MODULE, specifier) !== null;
}

interface Item {
  /** "*" for the namespace. */
  readonly imported: string;
  readonly local: string;
  readonly at: number;
}

/** Reads the statement at the current position, after the word `import`, and binds its names. */
export function readImportStatement(reader: Reader, start: number): void {
  const source: Source = reader.source;
  const items: Item[] = [];
  const c = source.skip();
  if (c === 0x28 || c === 0x2e) source.refuse("`import` in an expression", start);
  if (c === 0x22 || c === 0x27) source.refuse("an import without names", start);
  let more = true;
  if (startsName(source.text, source.pos)) {
    items[0] = readLocal(source, "default");
    more = source.accept(",");
  }
  if (more) {
    if (source.accept("*")) {
      readWord(source, "as");
      source.skip();
      items[items.length] = readLocal(source, "*");
    } else {
      readList(source, items);
    }
  }
  const at = readFrom(source);
  const specifier = readSpecifier(source);
  bind(reader, specifier, items, at);
}

function readLocal(source: Source, imported: string): Item {
  const at = source.pos;
  const local = readName(source);
  if (local === "") source.unexpected("a name");
  return { imported, local, at };
}

/** `{ A, B as C, "odd name" as D }` */
function readList(source: Source, items: Item[]): void {
  source.expect("{");
  while (!source.accept("}")) {
    const at = source.pos;
    const isString = source.skip() === 0x22 || source.skip() === 0x27;
    const imported = readModuleName(source);
    if (isString || peekWord(source, "as")) {
      readWord(source, "as");
      source.skip();
      items[items.length] = readLocal(source, imported);
    } else {
      items[items.length] = { imported, local: imported, at };
    }
    if (!source.accept(",")) {
      source.expect("}");
      return;
    }
  }
}

/** A name of an export: any word, or a string. */
export function readModuleName(source: Source): string {
  const c = source.skip();
  if (c === 0x22 || c === 0x27) return readString(source);
  const name = readName(source);
  if (name === "") source.unexpected("a name");
  return name;
}

export function peekWord(source: Source, word: string): boolean {
  source.skip();
  const { pos } = source;
  const same = startsName(source.text, pos) && readName(source) === word;
  source.pos = pos;
  return same;
}

export function readWord(source: Source, word: string): void {
  if (!peekWord(source, word)) source.unexpected(`\`${word}\``);
  readName(source);
}

/** Passes `from`; gives where the specifier stands. */
export function readFrom(source: Source): number {
  readWord(source, "from");
  const c = source.skip();
  if (c !== 0x22 && c !== 0x27) source.unexpected("a specifier");
  return source.pos;
}

/** The specifier at the current position; attributes behind it are refused. */
export function readSpecifier(source: Source): string {
  const specifier = readString(source);
  const { pos } = source;
  if (peekWord(source, "with")) source.refuse("import attributes");
  source.pos = pos;
  return specifier;
}

/** The namespace of a specifier, as the caller gives it. */
export function resolve(reader: Reader, specifier: string, at: number): object {
  const source: Source = reader.source;
  const { options } = reader;
  if (options.resolveImport === undefined) {
    return source.fail(
      "PERSIST_UNTRUSTED_IMPORT",
      `found an import of ${quote(specifier)}, which is not allowed; allow it by \`modules: { ${quote(specifier)}: namespace }\` ` +
        `or \`trust: [${quote(specifier)}]\``,
      at,
    );
  }
  const namespace: unknown = options.resolveImport(specifier, source.place(at));
  if (!isObject(namespace) || isProxy(namespace))
    source.fail(
      "PERSIST_UNTRUSTED_IMPORT",
      `"${specifier}" was given as something other than a namespace`,
      at,
    );
  return namespace;
}

function bind(reader: Reader, specifier: string, items: readonly Item[], at: number): void {
  const source: Source = reader.source;
  const { scope } = reader;
  if (isLoaderModule(specifier)) {
    for (let i = 0; i < items.length; i++) {
      const { imported, local, at: place } = items[i]!;
      if (imported !== "load")
        source.fail(
          "PERSIST_SYNTAX",
          `the array loader has no ${imported === "*" ? "namespace" : `\`${imported}\``}`,
          place,
        );
      scope.bind(local, LOADER, undefined, place);
    }
    return;
  }
  const namespace = resolve(reader, specifier, at);
  for (let i = 0; i < items.length; i++) {
    const { imported, local, at: place } = items[i]!;
    const value =
      imported === "*" ? namespace : readImport(reader, namespace, imported, specifier, place, true);
    scope.bind(local, IMPORT, value, place, specifier, imported === "*" ? "" : imported);
  }
}
