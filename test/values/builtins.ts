// Date, RegExp, Error, boxed primitives, URL, arguments, Temporal.
import { readFileSync } from "node:fs";
import assert from "node:assert";
import { importFromProject } from "../support/project.ts";
import { define, family, give } from "./case.ts";
import type { Kept } from "./case.ts";

const exotic = await importFromProject("./exotic.mjs");
const {
  Stamp,
  HostileDate,
  Pattern,
  HostilePattern,
  SimError,
  ManyErrors,
  Diverged,
  Money,
  Word,
  Flag,
  Link,
  Query,
} = exotic;

type Box = Record<string, unknown>;

/** Gives a value itself as a property. */
function tied<T extends object>(value: T, key = "self"): T {
  return Object.defineProperty(value, key, { value, writable: true, enumerable: true, configurable: true });
}

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function strictArguments(..._: unknown[]): object & Record<number, unknown> {
  return arguments;
}

const dates: Kept[] = [
  ...family("Date", {
    epoch: () => new Date(0),
    "with milliseconds": () => new Date(1_700_000_000_123),
    "before the epoch": () => new Date(-1),
    "year 0": () => new Date("0000-01-01T00:00:00Z"),
    "year -271821": () => new Date(-8.64e15),
    "year 275760": () => new Date(8.64e15),
    invalid: () => new Date(NaN),
    properties: () => give(new Date(1), { zone: "UTC", getTime: 1, toISOString: 2 }),
    frozen: () => Object.freeze(new Date(1)),
    "null prototype": () => Object.setPrototypeOf(new Date(1), null) as object,
    "plain prototype": () => Object.setPrototypeOf(new Date(1), Object.prototype) as object,
    shared: () => {
      const date = new Date(1);
      return [date, date, new Date(1)];
    },
    "containing itself": () => tied(new Date(2)),
  }),
  ...family("Date subclass", {
    "with a field": () => new Stamp(5) as object,
    invalid: () => new Stamp(NaN) as object,
    "overriding everything": () => new HostileDate(7) as object,
    "frozen, containing itself": () => Object.freeze(tied(new Stamp(5) as object)),
  }),
];

const flags = ["", "d", "g", "i", "m", "s", "u", "y", "v", "dgimsuy", "dgimsvy"];

const regExps: Kept[] = [
  ...family("RegExp flags", Object.fromEntries(flags.map((f) => [f || "none", () => new RegExp("a", f)]))),
  ...family("RegExp", {
    slash: () => new RegExp("/"),
    "slash in a class": () => /[/]\//,
    empty: () => new RegExp(""),
    "line end": () => new RegExp("\n\r\u2028\u2029"),
    "escaped line end": () => new RegExp("\\\n"),
    "quotes and template": () => new RegExp("`${x}`\"'\\\\"),
    "script end": () => /<\/script><!--/,
    comment: () => new RegExp("\\*//*"),
    "starts like a comment": () => new RegExp("\\*a"),
    "named groups and lookbehind": () => /(?<=\$)(?<n>\d+)(?!\.)\k<n>/u,
    "properties of Unicode": () => /\p{Script=Greek}+/gu,
    "set notation": () => new RegExp("[\\p{L}--[a-z]]", "v"),
    "lone surrogate": () => new RegExp("\ud800"),
    astral: () => /😀/u,
    NUL: () => new RegExp("\0"),
    catastrophic: () => /^(a+)+$/,
    long: () => new RegExp("(?:abc|def)*".repeat(5000)),
    lastIndex: () => give(/a/g, { lastIndex: 3 }),
    "lastIndex -0": () => give(/a/g, { lastIndex: -0 }),
    "lastIndex of another type": () => give(/a/g, { lastIndex: "1" }),
    "lastIndex an object": () => give(/a/g, { lastIndex: { a: 1 } }),
    "lastIndex itself": () => {
      const pattern = /a/g;
      return give(pattern, { lastIndex: pattern });
    },
    "lastIndex read-only": () => define(/a/g, { lastIndex: { value: 2, writable: false } }),
    properties: () => give(/a/g, { note: 1, exec: 2 }),
    "hiding its own slots": () =>
      define(/a/g, { source: { value: "b" }, flags: { value: "y" }, global: { value: false } }),
    frozen: () => Object.freeze(give(/a/y, { lastIndex: 1 })),
    "null prototype": () => Object.setPrototypeOf(/a/g, null) as object,
    "containing itself": () => tied(/a/),
  }),
  ...family("RegExp subclass", {
    "with a field": () => new Pattern("a/b", "g") as object,
    lastIndex: () => give(new Pattern("a", "g") as object, { lastIndex: 2 }),
    "overriding everything": () => new HostilePattern("a|b", "iy") as object,
    "containing itself": () => tied(new Pattern("a", "g") as object),
  }),
];

const errorClasses = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

const errors: Kept[] = [
  ...family("Error", {
    ...Object.fromEntries(errorClasses.map((E) => [E.name, () => new E(`a ${E.name}`)])),
    "without message": () => new Error(),
    "empty message": () => new Error(""),
    "message of several lines": () => new Error("a\n    at b (c.js:1:1)\n`${d}`\ud800"),
    cause: () => new Error("outer", { cause: new TypeError("inner", { cause: "text" }) }),
    "cause undefined": () => new Error("m", { cause: undefined }),
    "cause a plain object": () => new Error("m", { cause: { code: 1 } }),
    "cause of its own": () => {
      const error = new Error("m", { cause: null });
      error.cause = error;
      return error;
    },
    "two causing each other": () => {
      const a = new Error("a", { cause: null });
      const b = new RangeError("b", { cause: a });
      a.cause = b;
      return { a, b };
    },
    "cause assigned later": () => give(new Error("m"), { cause: 1 }),
    "own properties": () => give(new Error("m"), { code: "E_X", details: { list: [1] }, name: "Named" }),
    "hidden own property": () => define(new Error("m"), { secret: { value: 1 } }),
    "shown message": () => define(new Error("m"), { message: { enumerable: true } }),
    "read-only message": () => define(new Error("m"), { message: { writable: false } }),
    "message of another type": () => define(new Error("m"), { message: { value: { text: "m" } } }),
    "message deleted": () => deleted(new Error("m"), "message"),
    "message added last": () => give(give(new Error(), { code: 1 }), { message: "late" }),
    "properties before the cause": () => {
      const error = give(new Error("m"), { code: 1 });
      return define(error, { cause: { value: 2, writable: true, configurable: true } });
    },
    "own stack": () => give(new Error("m"), { stack: "Error: m\nfrom elsewhere" }),
    "own stack, not a text": () => give(new Error("m"), { stack: { frames: [1] } }),
    "own stack, shown": () => define(new Error("m"), { stack: { value: "s", enumerable: true } }),
    "no stack": () => deleted(new Error("m"), "stack"),
    frozen: () => Object.freeze(give(new Error("m"), { stack: "own" })),
    "null prototype": () => Object.setPrototypeOf(new Error("m"), null) as object,
    "plain prototype": () => Object.setPrototypeOf(new Error("m"), Object.prototype) as object,
    "another family's prototype": () => Object.setPrototypeOf(new Error("m"), RangeError.prototype) as object,
    "of Node's file system": () => caught(() => readFileSync("/no such file")),
    "of JSON.parse": () => caught(() => JSON.parse("{")),
    "of an assertion": () => new assert.AssertionError({ actual: 1, expected: 2, operator: "strictEqual" }),
    shared: () => {
      const error = new Error("m");
      return [error, { error }];
    },
    "containing itself": () => tied(new Error("m")),
  }),
  ...family("AggregateError", {
    "of errors": () => new AggregateError([new Error("a"), new TypeError("b")], "many"),
    "of anything": () => new AggregateError([1, { a: 1 }, undefined], "many"),
    empty: () => new AggregateError([]),
    "with cause": () => new AggregateError([1], "m", { cause: 2 }),
    "with properties": () => give(new AggregateError([1], "m"), { code: 1 }),
    "errors replaced": () => give(new AggregateError([], "m"), { errors: "none" }),
    nested: () => new AggregateError([new AggregateError([new Error("deep")])]),
    "containing itself": () => {
      const error = new AggregateError([1]);
      error.errors.push(error);
      return error;
    },
  }),
  ...family("Error subclass", {
    "constructor with another meaning": () => new SimError(7) as object,
    "without message": () => deleted(new SimError(7) as object, "message"),
    "two levels, accessor on the prototype": () => deleted(new Diverged(1) as object, "message"),
    "two levels, with message": () => new Diverged(1) as object,
    "with cause": () =>
      define(new SimError(1) as object, { cause: { value: { a: 1 }, writable: true, configurable: true } }),
    "of AggregateError": () => new ManyErrors([1, new Error("e")], "many") as object,
    "containing itself": () => tied(new SimError(2) as object),
  }),
];

function deleted<T extends object>(object: T, key: string): T {
  Reflect.deleteProperty(object, key);
  return object;
}

const boxes: Kept[] = [
  ...family("boxed", {
    number: () => Object(1.5) as object,
    "-0": () => Object(-0) as object,
    NaN: () => Object(NaN) as object,
    text: () => Object("text\ud800`${x}") as object,
    "empty text": () => Object("") as object,
    "text of 10^5": () => Object("x".repeat(100_000)) as object,
    true: () => Object(true) as object,
    false: () => Object(false) as object,
    BigInt: () => Object(-(2n ** 70n)) as object,
    "symbol, registered": () => Object(Symbol.for("s")) as object,
    "symbol, well-known": () => Object(Symbol.iterator) as object,
    "symbol, unique": () => Object(Symbol("s")) as object,
    "symbol, unique and shared": () => {
      const symbol = Symbol("s");
      return [symbol, Object(symbol), { [symbol]: Object(symbol) as object }];
    },
    properties: () => [give(Object(1) as Box, { unit: "m" }), give(Object("ab") as Box, { 5: "f", note: 1 })],
    frozen: () => [Object.freeze(Object(1)), Object.freeze(Object("ab")), Object.freeze(Object(1n))],
    "null prototype": () => Object.setPrototypeOf(Object(1), null) as object,
    "another prototype": () => Object.setPrototypeOf(Object(1), String.prototype) as object,
    shared: () => {
      const box = Object("a") as object;
      return [box, box];
    },
    "containing itself": () => [
      tied(Object(1) as object),
      tied(Object("s") as object),
      tied(Object(1n) as object),
    ],
    "own valueOf as data": () => give(Object(1) as Box, { valueOf: 2, toString: 3 }),
  }),
  ...family("boxed subclass", {
    Number: () => new Money(9.5) as object,
    String: () => new Word("word") as object,
    Boolean: () => new Flag(false) as object,
    "containing itself": () => tied(new Money(1) as object),
  }),
];

const urls: Kept[] = [
  ...family("URL", {
    simple: () => new URL("https://example.com/"),
    "all parts": () => new URL("https://user:p%40ss@example.com:8080/a/b;c?d=e&f=g#h"),
    international: () => new URL("https://größe.example/ψ?ψ=ψ#ψ"),
    address: () => new URL("http://[2001:db8::1]:99/"),
    file: () => new URL("file:///C:/a%20b/c.txt"),
    opaque: () => new URL("data:text/plain,a'b`${c}"),
    "search without parameters": () => new URL("http://a/?"),
    "changed through its parameters": () => {
      const url = new URL("http://a/?x=1");
      url.searchParams.append("y", "2 3");
      return url;
    },
    "with its parameters": () => {
      const url = new URL("http://a/?x=1&y=2");
      return { url, params: url.searchParams };
    },
    "with its parameters before": () => {
      const url = new URL("http://a/?x=1&x=2");
      return { params: url.searchParams, url };
    },
    "parameters with properties": () => {
      const url = new URL("http://a/?x=1");
      return [url, give(url.searchParams, { url, note: 1 })];
    },
    properties: () => give(new URL("http://a/"), { note: { n: 1 } }),
    frozen: () => Object.freeze(new URL("http://a/?x")),
    "containing itself": () => tied(new URL("http://a/")),
    shared: () => {
      const url = new URL("http://a/");
      return [url, url, new URL("http://a/")];
    },
    subclass: () => new Link("http://a/b?c=d") as object,
  }),
  ...family("URLSearchParams", {
    empty: () => new URLSearchParams(),
    "repeated keys": () => new URLSearchParams("a=1&b=2&a=3&=4&c"),
    "odd text": () =>
      new URLSearchParams([
        ["a b", "+&=%"],
        ["ψ", "😀"],
        ["`${x}`", "\0"],
      ]),
    "alone, of a URL": () => new URL("http://a/?x=1").searchParams,
    "beside an equal URL": () => [new URL("http://a/?x=1"), new URLSearchParams("x=1")],
    properties: () => give(new URLSearchParams("a=1"), { note: 1 }),
    "containing itself": () => tied(new URLSearchParams("a=1")),
    subclass: () => new Query("a=1&b=2") as object,
  }),
];

const argumentLists: Kept[] = family("arguments", {
  empty: () => strictArguments(),
  values: () => strictArguments(1, "two", { three: 3 }),
  properties: () => give(strictArguments(1), { note: 1, 7: "seven" }),
  changed: () => {
    const list = strictArguments(1, 2, 3);
    delete list[1];
    return define(list, { length: { value: 17 }, 2: { writable: false } });
  },
  "length deleted": () => deleted(strictArguments(1, 2), "length"),
  "length shown": () => define(strictArguments(1), { length: { enumerable: true } }),
  "length read-only and fixed": () =>
    define(strictArguments(1), { length: { writable: false, configurable: false } }),
  "iterator replaced": () => give(strictArguments(1), { [Symbol.iterator]: 1 }),
  sealed: () => Object.seal(strictArguments(1, 2)),
  frozen: () => Object.freeze(strictArguments(1, 2)),
  "null prototype": () => Object.setPrototypeOf(strictArguments(1), null) as object,
  "containing itself": () => {
    const list = strictArguments(null, 1);
    list[0] = list;
    return list;
  },
});

/** Names that some objects are born with, on others. */
const bornNames: Kept[] = family(
  "own length, lastIndex, stack and name",
  Object.fromEntries(
    [
      ["Map", () => new Map()],
      ["Set", () => new Set()],
      ["Date", () => new Date(0)],
      ["boxed number", () => Object(1) as object],
      ["ArrayBuffer", () => new ArrayBuffer(1)],
      ["DataView", () => new DataView(new ArrayBuffer(1))],
      ["typed array", () => new Uint8Array(1)],
      ["URLSearchParams", () => new URLSearchParams("a=1")],
      ["RegExp", () => /a/],
      ["array", () => [1]],
    ].map(([name, make]) => [
      name,
      () => {
        const object = (make as () => object)();
        const names = { length: 3, lastIndex: 1, stack: "s", name: "n" };
        return give(object, Array.isArray(object) ? { ...names, length: 1 } : names);
      },
    ]),
  ),
);

interface TemporalLike {
  [name: string]: { from(text: string): object };
}
const Temporal = (globalThis as { Temporal?: TemporalLike }).Temporal;
const times: Kept[] = Temporal === undefined ? [] : timesOf(Temporal);

function timesOf(temporal: TemporalLike): Kept[] {
  const texts = {
    Instant: "2024-02-29T12:34:56.123456789Z",
    ZonedDateTime: "2024-02-29T12:34:56.123456789+01:00[Europe/Berlin][u-ca=gregory]",
    PlainDate: "2024-02-29[u-ca=hebrew]",
    PlainDateTime: "2024-02-29T12:34:56.123456789",
    PlainTime: "12:34:56.123456789",
    PlainYearMonth: "2024-02",
    PlainMonthDay: "02-29",
    Duration: "-P1Y2M3DT4H5M6.789S",
  };
  const time = (): object => temporal["PlainTime"]!.from("01:02");
  return family("Temporal", {
    ...Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, () => temporal[name]!.from(text)]),
    ),
    "shared, frozen, with properties": () => {
      const one = Object.freeze(give(time(), { note: { a: 1 } }));
      return [one, new Map([[one, time()]])];
    },
    "containing itself": () => tied(time()),
    "what only inherits": () => Object.create(Object.getPrototypeOf(time()) as object) as object,
  });
}

export const builtins: Kept[] = [
  ...dates,
  ...regExps,
  ...errors,
  ...boxes,
  ...urls,
  ...argumentLists,
  ...bornNames,
  ...times,
];
