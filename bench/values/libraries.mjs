// Each library's way to take a value to text or bytes and back. All are used as their documentation begins: no value registers anything.
import { deserialize, serialize } from "node:v8";
import { runInThisContext } from "node:vm";
import { uneval } from "devalue";
import { serialize as serovalText } from "seroval";
import { directions } from "../../build/test/values/directions.js";

const evaluate = (text) => runInThisContext(`(${text})`);

/**
 * Each gives what came back as the `value` of an object, or a promise of that: the value itself may have a `then`, which a promise would call.
 * @type {Record<string, (value: unknown, file: string) => { value: unknown } | Promise<{ value: unknown }>>}
 */
export const libraries = {
  JSON: (value) => JSON.parse(JSON.stringify({ value })),
  "v8.serialize": (value) => ({ value: deserialize(serialize(value)) }),
  devalue: (value) => ({ value: evaluate(uneval(value)) }),
  seroval: (value) => ({ value: evaluate(serovalText(value)) }),
  "persist-archive": async (value, file) => {
    const items = await directions["stringify, import"]({ value }, file);
    return { value: items.value };
  },
};
