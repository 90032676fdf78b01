// Each library's way to take a value to text or bytes and back. All are used as their documentation begins: no value registers anything.
import { deserialize, serialize } from "node:v8";
import { runInThisContext } from "node:vm";
import { uneval } from "devalue";
import { serialize as serovalText } from "seroval";
import { directions } from "../../build/test/values/directions.js";

const evaluate = (text) => runInThisContext(`(${text})`);

/** @type {Record<string, (value: unknown, file: string) => unknown>} */
export const libraries = {
  JSON: (value) => JSON.parse(JSON.stringify({ value })).value,
  "v8.serialize": (value) => deserialize(serialize(value)),
  devalue: (value) => evaluate(uneval(value)),
  seroval: (value) => evaluate(serovalText(value)),
  "persist-archive": async (value, file) => (await directions["stringify, import"]({ value }, file)).value,
};
