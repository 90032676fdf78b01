// Numbers, BigInts, strings and symbols.
import { family } from "./case.ts";
import type { Kept } from "./case.ts";

const numbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  0.1 + 0.2,
  1 / 3,
  5e-324,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  1e21,
  1e-7,
  123456789012345680000,
  9007199254740991,
  9007199254740993,
  -9007199254740992,
  4294967295,
  2147483648,
  NaN,
  Infinity,
  -Infinity,
];

const everyUnit = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join("");

/** Strings that break a careless emitter, as values and as keys. */
export const strings: Record<string, string> = {
  empty: "",
  quotes: `"double" 'single' \`back\``,
  backslashes: "a\\b\\\\c\\",
  "one backslash": "\\",
  "line ends": "a\nb\rc\r\nd\n",
  "tabs and controls": "\t\v\f\b\u0001\u001f\u007f\u0080\u009f",
  "NUL before a digit": "\u00001\0",
  "separators U+2028 and U+2029": "a\u2028b\u2029c",
  "byte order mark": "\ufeffa\ufeff",
  "template hole": "${process.exit(1)} $${x} \\${y}",
  "end of a template": "`; process.exit(1); `",
  "end of String.raw": "a`b${c}\\`",
  "script end": "</script><script>alert(1)</script>",
  "HTML comments": "<!-- a --> b",
  "comment ends": "*/ process.exit(1) /* // x",
  "lone high surrogate": "a\ud800b",
  "lone low surrogate": "a\udc00b",
  "reversed pair": "\udc00\ud800",
  "lone surrogate at the end": "a\ud83d",
  pair: "😀𝒳",
  "combining marks": "e\u0301 \u00e9 \u1100\u1161\u11a8",
  "right to left": "\u202eabc\u202c",
  "escapes as text": "\\u0041 \\x41 \\u{1F600} \\8 \\012 \\\n",
  dollar: "$",
  "own __proto__": "__proto__",
  constructor: "constructor",
  prototype: "prototype",
  "use strict": "use strict",
  "number-like": "1e3",
  "leading zero": "01",
  "negative zero": "-0",
  index: "0",
  "largest index": "4294967294",
  "beyond the largest index": "4294967295",
  "large integer": "9007199254740993",
  "reserved word": "class",
  arguments: "arguments",
  await: "await",
  async: "async",
  get: "get",
  "Unicode identifier": "größe_ψ",
  "astral identifier": "𝒳",
  "escaped identifier": "\\u0061",
  "zero width joiner": "a\u200db",
  space: " ",
  dash: "a-b",
  import: 'import "node:fs"',
  JSON: '{"$":1}',
  URL: "https://example.com/?a=1#b",
  "a line of 300 characters": "word ".repeat(60),
  "a line of 300 characters without spaces": "x".repeat(300),
};

export const primitives: Kept[] = [
  ...family("constant", {
    undefined: () => undefined,
    null: () => null,
    true: () => true,
    false: () => false,
  }),
  ...numbers.map((value) => ({
    name: `number: ${Object.is(value, -0) ? "-0" : String(value)}`,
    make: () => value,
  })),
  ...family("BigInt", {
    "0": () => 0n,
    "-1": () => -1n,
    "2^64": () => 2n ** 64n,
    "-2^63": () => -(2n ** 63n),
    "of 1000 digits": () => 10n ** 1000n + 7n,
    "negative, of 1000 digits": () => -(10n ** 1000n),
    "of 10^5 digits": () => 10n ** 100_000n - 1n,
  }),
  ...Object.entries(strings).map(([name, value]) => ({ name: `string: ${name}`, make: () => value })),
  ...family("string", {
    "every code unit": () => everyUnit,
    "a million characters": () => "0123456789".repeat(100_000),
    "a million surrogates": () => "\ud800".repeat(1_000_000),
    "a million quotes": () => "\"'`\\".repeat(250_000),
    repeated: () => Array.from({ length: 20 }, () => "the same text of some length, over and over again"),
  }),
  ...Object.entries(strings).map(([name, key]) => ({
    name: `key: ${name}`,
    make: () => define({ before: 1, after: 2 }, key),
  })),
  { name: "key: every code unit", make: () => define({}, everyUnit) },
  {
    name: "keys: all at once",
    make: () => Object.values(strings).reduce((object, key) => define(object, key), {}),
  },
  ...family("symbol", {
    registered: () => Symbol.for("persist.test"),
    "registered, empty": () => Symbol.for(""),
    "registered, odd": () => Symbol.for('"`${x}\ud800\u2028\0'),
    "registered like a well-known one": () => Symbol.for("Symbol.iterator"),
    unique: () => Symbol("unique"),
    "unique, like a well-known one": () => Symbol("Symbol.iterator"),
    "unique, without description": () => Symbol(),
    "unique, empty description": () => Symbol(""),
    "unique, odd description": () => Symbol('"`${x}\ud800\u2028\0'),
    "unique, shared": () => twice(Symbol("shared")),
    "two of one description": () => [Symbol("a"), Symbol("a")],
    "as key": () => ({ [Symbol("key")]: 1, [Symbol.for("key")]: 2, [Symbol.iterator]: 3 }),
    "two keys of one description": () => ({ [Symbol("key")]: 1, [Symbol("key")]: 2 }),
    "as key and value": () => keyed(Symbol("both")),
    "as key of two objects": () => shareKey(Symbol("key")),
    "in a Map and a Set": () => inCollections(Symbol("entry")),
    "key between strings": () => ({ a: 1, [Symbol.for("s")]: 2, b: 3, [Symbol("t")]: 4, 0: 5 }),
    "key of an array": () => Object.assign([1], { [Symbol("note")]: 2 }),
    "hidden key": () => Object.defineProperty({}, Symbol("hidden"), { value: { n: 1 } }),
  }),
  ...Reflect.ownKeys(Symbol)
    .map((key) => [key, Object.getOwnPropertyDescriptor(Symbol, key)?.value as unknown] as const)
    .filter(([, value]) => typeof value === "symbol")
    .map(([key, value]) => ({
      name: `symbol: Symbol.${String(key)}`,
      make: () => [value, { [value as symbol]: value }],
      references: [value],
    })),
];

function define(object: object, key: PropertyKey): object {
  return Object.defineProperty(object, key, {
    value: "v",
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function twice(value: unknown): unknown[] {
  return [value, value];
}

function keyed(symbol: symbol): object {
  return { [symbol]: symbol, list: [symbol] };
}

function shareKey(symbol: symbol): unknown[] {
  return [{ [symbol]: 1 }, { [symbol]: 2, a: { [symbol]: 3 } }];
}

function inCollections(symbol: symbol): unknown {
  return { map: new Map<unknown, unknown>([[symbol, symbol]]), set: new Set([symbol]), symbol };
}
