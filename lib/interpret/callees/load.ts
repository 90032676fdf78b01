// The array table: `load(import.meta.url, rows, heads, sums)`. The loader's module is never opened; the caller gives the arrays.

import {
  createObject,
  describe,
  getPrototypeOf,
  isInteger,
  isObject,
  objectKeys,
  ObjectPrototype,
  setAdd,
  setHas,
} from "../natives.ts";
import { defineData } from "../members.ts";
import type { ArrayRow } from "../options.ts";
import { MODULE_URL } from "../reader.ts";
import type { Call } from "./callee.ts";
import type { Source } from "../source.ts";

export function loadTable(call: Call): object {
  const { reader, at } = call;
  const source: Source = reader.source;
  const { options } = reader;
  if (call.args[0] !== MODULE_URL) call.refuse("an array table without `import.meta.url`");
  const given = plain(call, call.own(1));
  const heads = call.args[2] === undefined ? {} : plain(call, call.own(2));
  const sums = call.args[3] === undefined ? {} : plain(call, call.own(3));
  const rows = createObject(null) as Record<string, ArrayRow>;
  const names = objectKeys(given);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const found = toRow(call, name, reader.origins.read(given, name, at));
    if (reader.neededRows === undefined || setHas(reader.neededRows, name)) rows[name] = found;
  }
  if (options.loadArrays === undefined) {
    source.fail(
      "PERSIST_NOT_FOUND",
      "this text has its arrays in files, and no place was given to look for them",
      at,
    );
  }
  const table = { rows, heads: toHeads(call, heads), sums: toSums(call, sums) };
  const loaded = options.loadArrays(table, source.place(at));
  const arrays = createObject(null);
  const needed = objectKeys(rows);
  for (let i = 0; i < needed.length; i++) {
    const array = describe(loaded, needed[i]!);
    if (array === undefined)
      source.fail("PERSIST_NOT_FOUND", `the array \`${needed[i]!}\` was not loaded`, at);
    if (isObject(array.value)) setAdd(reader.loaded, array.value);
    defineData(arrays, needed[i]!, array.value);
  }
  return arrays;
}

function plain(call: Call, object: object): object {
  const prototype = getPrototypeOf(object);
  if (prototype !== ObjectPrototype && prototype !== null)
    call.refuse("an array table that is not a plain object");
  return object;
}

function toRow(call: Call, name: string, given: unknown): ArrayRow {
  const source: Source = call.reader.source;
  const { origins } = call.reader;
  const bad = (): never =>
    source.fail(
      "PERSIST_FORMAT",
      `the row of the array \`${name}\` is not [file, descr, shape], [file, descr, shape, offset] or [file, descr, shape, offset, deflated]`,
      call.at,
    );
  if (!origins.isList(given) || given.length < 3 || given.length > 5) return bad();
  const file = origins.element(given, 0, call.at);
  const descr = origins.element(given, 1, call.at);
  const shape = origins.element(given, 2, call.at);
  const offset = call.element(given, 3);
  const deflated = call.element(given, 4);
  if (typeof file !== "string" || typeof descr !== "string") return bad();
  if (origins.isList(shape)) {
    for (let i = 0; i < shape.length; i++) if (!isSize(origins.element(shape, i, call.at))) return bad();
  } else if (!isSize(shape)) {
    return bad();
  }
  if (given.length === 3) return [file, descr, shape as number];
  if (!isSize(offset)) return bad();
  if (given.length === 4) return [file, descr, shape as number, offset];
  return isSize(deflated) ? [file, descr, shape as number, offset, deflated] : bad();
}

function toHeads(call: Call, given: object): Record<string, readonly [number, number]> {
  const source: Source = call.reader.source;
  const { origins } = call.reader;
  const heads = createObject(null) as Record<string, readonly [number, number]>;
  const files = objectKeys(given);
  for (let i = 0; i < files.length; i++) {
    const head = origins.read(given, files[i]!, call.at);
    const size = origins.isList(head) && head.length === 2 ? origins.element(head, 0, call.at) : undefined;
    const crc = size === undefined ? undefined : origins.element(head as unknown[], 1, call.at);
    if (!isSize(size) || !isSize(crc)) {
      source.fail("PERSIST_FORMAT", `the head of \`${files[i]!}\` is not [size_bytes, crc32]`, call.at);
    }
    heads[files[i]!] = [size, crc];
  }
  return heads;
}

function toSums(call: Call, given: object): Record<string, string> {
  const source: Source = call.reader.source;
  const { origins } = call.reader;
  const sums = createObject(null) as Record<string, string>;
  const names = objectKeys(given);
  for (let i = 0; i < names.length; i++) {
    const sum = origins.read(given, names[i]!, call.at);
    if (typeof sum !== "string")
      source.fail("PERSIST_FORMAT", `the checksum of the array \`${names[i]!}\` is not a string`, call.at);
    sums[names[i]!] = sum;
  }
  return sums;
}

function isSize(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}
