// Texts that the reader must accept, and give the same for as the engine. Each is one module.

export const accepted: Record<string, string> = {
  "an empty module": "",
  "only comments": "// persist-archive format 1\n/* a\n */ // b",
  "a text without the version line": "export const a = 1;",
  "a byte order mark": "\ufeff// persist-archive format 1\nexport const a = 1;",
  "ends of lines of every kind":
    "export const a = 1\r\nexport const b = 2\rexport const c = 3\u2028export const d = 4\u2029export const e = 5",
  "white space of every kind": "export\tconst\u000ba\u000c=\u00a0\ufeff\u1680\u2003\u202f\u205f\u30001;",

  // numbers
  "decimal numbers":
    "export const a = [0, 1, 10, 0.5, .5, 5., 5.25e3, 1E3, 1e+3, 1e-3, 1.7976931348623157e308, 5e-324, 1e400];",
  "long numbers":
    "export const a = [123456789012345, 1234567890123456, 12345678901234567890, 0.1234567890123456789, 9007199254740993];",
  "a number of 400 digits": `export const a = [${"9".repeat(400)}, 0.${"3".repeat(400)}];`,
  "other radices": "export const a = [0x1F, 0XfF, 0o17, 0O7, 0b101, 0B1, 0xffffffffffffffffffff];",
  "numeric separators": "export const a = [1_000, 0x1_f, 0b1_0, 1_0.0_1e1_0, 1_0n];",
  BigInts: "export const a = [0n, 10n, -5n, 0xffn, 0o7n, 0b11n, 123456789012345678901234567890n];",
  "special numbers": "export const a = [NaN, Infinity, -Infinity, -0, +0, - 0, -(0), +-+-1];",
  arithmetic:
    "export const a = [2 * 512, 1e3 / 7, 2 ** 10, 2 ** 3 ** 2, (2 ** 3) ** 2, 1 - 2 - 3, 1 - (2 - 3), 2 + 3 * 4 % 5, 7 % 4 * 2, -2 * -3, " +
    "2 ** -1, (-2) ** 2, Math.PI / 2, 1 / 3 + Number.EPSILON, 4 / 2 / 2, 1 +\n2, -Math.E, 1 / -0];",

  // strings
  "strings in every quoting": "export const a = ['a\"', \"b'\", `c\"'`, '', \"\", ``];",
  escapes:
    'export const a = ["\\n\\t\\r\\b\\f\\v\\0\\\\\\"\\\'", "\\x41\\u0041\\u{41}\\u{1F600}\\u{000041}", "\\ud83d\\ude00", "\\ud800", "\\a\\q\\$\\/\\`"];',
  "line continuations": 'export const a = ["a\\\nb", "a\\\r\nb", "a\\\u2028b", `a\\\nb`];',
  "long strings of lines": `export const a = ['${"[1, 2],\\\n".repeat(60)}', "${'{\\"a\\": 1},\\\n'.repeat(60)}", '\\\n${"x".repeat(300)}\\\n'];`,
  "long strings of pairs of backslashes": `export const a = ['${"\\\\".repeat(200)}', '${"\\\\\\\n".repeat(100)}', '${"\\\\\\'".repeat(100)}', '${"\\\n\\\\".repeat(100)}'];`,
  "long strings with other escapes": `export const a = ['${"\\\r\n".repeat(150)}', '${"\\\\n\\n".repeat(100)}', '${"\\\n".repeat(150)}\\u0041', "${"\\'".repeat(200)}"];`,
  "line separators in strings": 'export const a = ["\u2028\u2029", `\u2028`];',
  "ends of lines in templates": "export const a = [`a\nb`, `a\r\nb`, `a\rb`, String.raw`a\r\nb\\\r\nc\rd`];",
  "escapes in templates":
    "export const a = [`\\n\\`\\${`, `$`, `$a{}`, `\\u{41}`, String.raw`\\n\\`\\${ \\u $ {`, String.raw`\\\\`];",
  "characters beyond ASCII": 'export const a = ["é", "日本", "😀"];',
  "NUL and control characters": 'export const a = ["\0\u0001\u007f"];',
  "a long string": `export const a = ["${"x".repeat(100000)}", '${"é".repeat(20)}'];`,

  // literals
  "regular expressions":
    "export const a = [/a/, /a/gimsuy, /[/\\]]/, /\\//, /(?<n>a)\\k<n>/u, /=/, /\\u{1f600}/u, /[^]/, /é/];",
  "a catastrophic regular expression": "export const a = /^(a+)+$/;",
  constants: "export const a = [null, undefined, true, false, void 0, void [1]];",
  "holes in arrays": "export const a = [[,], [, ,], [1, , 2], [, 1], [1, ,], [1,], []];",
  "arrays of numbers and other things":
    "export const a = [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7], [1.5, 2, , 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 'x', 9], [1, , , 4, 'x'], [1, 2, 3, 4, 5, 6, 7, , {}, , ], " +
    "[[], [1], [[1, 2, [3, [4, 5, 6, 7, 8, 9, 10], 11]], 12]], [...[1, 2, 3, 4, 5], ...[6, 7, 8], {}], [{}, 1, 2, 3, 4, 5, 6, 7], [, 1, 2.5]];",
  "spread in arrays": "const a = [1, , 2]; export const b = [...a, ...[], 3, ...[4, [5]],];",
  "keys of objects":
    "export const a = { a: 1, 'b c': 2, \"d\": 3, 4: 5, 0x10: 6, 1.50: 7, .5: 8, 1e3: 9, 1n: 10, if: 11, class: 12, null: 13, \\u0061b: 14, é: 15, $_: 16, get: 17, set: 18, async: 19, static: 20, of: 21, await: 22 };",
  "computed keys":
    "const s = Symbol.for('s'); export const a = { ['a']: 1, [1]: 2, [s]: 3, [Symbol.iterator]: 4, [-0]: 5, [1n]: 6, [null]: 7, [undefined]: 8, [true]: 9, ['a' ]: 10, [1.5]: 11 };",
  "the order of keys": "export const a = { b: 1, 2: 2, a: 3, 1: 4, b: 5, '01': 6, 4294967295: 7 };",
  "duplicate keys": "export const a = { a: 1, b: 2, a: 3, ['b']: 4 };",
  shorthands: "const a = 1, undefined1 = 2; export const b = { a, undefined1, NaN, undefined, a, Infinity };",
  "spread in objects":
    "const s = Symbol.for('s'), a = { x: 1, [s]: 2, y: 3 }; export const b = { x: 0, ...a, y: 4, ...null, ...undefined, ...[7, 8] };",
  "prototypes in literals":
    "const p = { q: 1 }; export const a = { __proto__: null, x: 1 }, b = { x: 1, __proto__: p, y: 2 }, c = { '__proto__': p }, " +
    "d = { __proto__: Array.prototype }, e = { __proto__: b, q: 3 }, f = { __proto__: [] };",
  "own __proto__":
    "const __proto__ = 1; export const a = { __proto__ }, b = { ['__proto__']: 2 }, c = { ['__proto__']: 1, __proto__: null, x: 3 }, d = JSON.parse('{\"__proto__\": 1}'), " +
    "e = { ...d }, f = { toString: 1, constructor: 2, hasOwnProperty: 3, valueOf: 4 }, g = { __proto__: { x: 1 }, ['__proto__']: 2 };",
  parentheses: "export const a = (((1))), b = ([(2)]), c = ({}), d = (c);",
  "trailing commas": "export const a = [1, 2,], b = { x: 1, }, c = new Map([[1, 2,],],);",

  // names
  "unusual names":
    "const $ = 1, _ = 2, é = 3, \\u0062 = 4, 日本 = 5, a\\u{62}c = 6; export { $, _, é, b, 日本, abc };",
  "names that are words elsewhere":
    "const get = 1, set = 2, async = 3, of = 4, from = 5, as = 6, meta = 7; export { get, set, async, of, from as as, as as from, meta as of2 };",
  "shadowed globals": "const Map = 1, Object = { create: 2 }; export const a = [Map, Object, Object.create];",
  "let and var": "let a = 1; var b = 2, c; let d; export let e = 3; export var f = [a, b, c, d];",
  "names without semicolons": "const a = 1\nconst b = [a]\n\n;;export const c = { a, b }\nexport { a }\n",
  "an expression that goes on": "const a = [[1, 2]]\n[0]\nexport const b = a\n[1]\n, c = 2\n+ 3",

  // exports
  exports: "const a = 1, b = [a]; export { a, b as c, b as if, a as default }; export { b as 'odd name' };",
  "exports before their definition": "export { a as b }; const a = [1]; export default a;",
  "a default export": "export default { a: [1] };",
  "an empty list of exports": "export {};",
  "exports of members":
    "const a = { b: [1, { c: 2 }] }; export const d = a.b, e = a.b[1].c, f = a['b'][0], g = a.b[0 + 1], h = a /* x */ . b, i = a.b.length;",

  // statements
  assignments:
    "const a = { x: undefined, y: [undefined, , 3] }, s = Symbol.for('s'); a.x = a; a.y[0] = a.y; a['x'] = [a]; a[s] = 1; a.y[1] = 2; a.z = 4; a.y.length = 5; a.if = 6; export { a };",
  "a table of names":
    "const _ = []; _[0] = {}; _[1] = [_[0]]; _[5] = { x: _[1] }; export { _ }; export const a = _[5].x;",
  cycles: "const a = { b: undefined }, c = new Map(); a.b = a; c.set(c, a); c.set(a, [c]); export { a, c };",
  "calls as statements":
    "const m = new Map(), s = new Set(), a = [1]; m.set(1, s); s.add(m); Map.prototype.set.call(m, 2, 3); Set.prototype.add.call(s, 4); " +
    "Array.prototype.push.call(a, 2, m); Object.freeze(a); m.set(5, 6).set(7, 8); export { m, s, a };",
  "a directive": '"use strict";\nexport const a = 1;',
};
