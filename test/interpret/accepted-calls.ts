// Texts with calls that the reader must do as the engine does.
import { helpers } from "#dist/helpers.js";

const bytes = helpers.bytes.text("bytes");
const link = helpers.link.text("link");

export const acceptedCalls: Record<string, string> = {
  symbols:
    "export const a = [Symbol.for('k'), Symbol.for(), Symbol('d'), Symbol(), Symbol(undefined), Symbol(1)], b = [Symbol.iterator, Symbol.asyncIterator];",
  boxes:
    "export const a = [Object('s'), Object(1n), Object(Symbol.for('k')), Object(1), Object(true), new String('ab'), new String(), new Number(1), new Number(), new Boolean(false), new Object(), Object(null)];",
  conversions:
    "export const a = [String(1), Number('2'), BigInt('3'), BigInt(4), Boolean('x'), String(), Number(), String(Symbol.for('x'))];",
  "Maps and Sets":
    "const k = {}; export const a = [new Map(), new Map([[1, 2], [k, k], [NaN, -0], [1, 3], []]), new Set([1, 1, k, k]), new Map(null), new Set(undefined), new Map, new Set([,])];",
  dates:
    "export const a = [new Date(0), new Date(NaN), new Date(-1), new Date('2020-01-02T03:04:05Z'), new Date(2020, 1, 2)];",
  "regular expressions by call":
    "export const a = [new RegExp('a/b', 'g'), new RegExp(''), RegExp('x'), new RegExp('\\n')];",
  errors:
    "const c = { x: 1 }; export const a = [new Error('m'), Error(), new TypeError('m', { cause: c }), new RangeError(undefined), new URIError('', {}), new AggregateError([c, 1], 'm', { cause: 2 }), new AggregateError([]), new Error('m', { cause: undefined })];",
  URLs: "const u = new URL('http://a.b/c?d=e&d=f#g'); export const a = [u, u.searchParams, new URL('x', 'http://y/'), new URLSearchParams('a=1&b=2'), new URLSearchParams([['a', 'b'], ['a', 'c']]), new URLSearchParams()];",
  "typed arrays":
    "export const a = [new Float64Array([1.5, -0, NaN, Infinity]), new Float32Array([0.1]), new Uint8Array([256, -1, 1.5]), new Uint8ClampedArray([300, -1, 1.5]), new Int8Array(), new Int16Array(3), " +
    "new Uint16Array([,1]), new BigInt64Array([1n, -1n]), new BigUint64Array([-1n]), new Int32Array(['7', null, undefined, true]), new Uint32Array(new Uint8Array([1, 2]))];",
  "views of a buffer":
    "const b = new ArrayBuffer(32); export const a = [b, new Uint8Array(b), new Float64Array(b, 8, 2), new Uint16Array(b, 30), new DataView(b, 1, 2), new DataView(b), new Uint8Array(b).buffer];",
  "other buffers":
    "const b = new SharedArrayBuffer(8); export const a = [b, new Int32Array(b), new ArrayBuffer(4, { maxByteLength: 16 }), new ArrayBuffer(0)];",
  Buffers:
    "export const a = [Buffer.from([1, 2, 300]), Buffer.from('aGk=', 'base64'), Buffer.from('hé'), Buffer.from(new ArrayBuffer(4), 1, 2), Buffer.alloc(3), Buffer.from(new Uint8Array([5, 6]))];",
  "filling typed arrays":
    "const a = new Uint8Array(4); Uint8Array.prototype.set.call(a, [1, 2], 1); Float64Array.prototype.set.call(a, new Uint8Array([9])); a[3] = 7; export { a };",
  bytes: `${bytes}export const a = [bytes(""), bytes("AAECAw=="), new Float64Array(bytes("AAAAAAAA8D8=")), bytes("QQ"), bytes(" Q Q = = ")];`,
  "bytes under another name, laid out otherwise": `const b64=(text)=>Uint8Array /* of */.from(atob(text),(c)=>c\n.charCodeAt(0) ).buffer\nexport const a = b64('AQI=');`,
  JSON: 'export const a = [JSON.parse("[1, {\\"a\\": null}]"), JSON.parse(String.raw`{"a\\\\b": "\\u0041\\n", "1": [], "__proto__": {"x": 1}}`), JSON.parse("1"), JSON.parse(`"s"`)];',
  "blocks in a list":
    'export const a = [...JSON.parse(String.raw`[{"a": 1},\n{"b": [2]}]`), ...JSON.parse(String.raw`[3]`)];',
  link: `${link}export const a = link([...JSON.parse(String.raw\`[{"a": {"$": 1}, "b": {"$": 0}},\n{"c": [{"$": 1}, {"x": {"$": 0}}], "__proto__": {"$": 0}}]\`)], "$");`,
  "link in rows of every kind": `${link}export const a = link([{ x: { $: 3 } }, null, "s", [{ $: 0 }, 1, { y: { z: { $: 1 } } }], new Map(), new Uint8Array(3), Object.create(null)], "$");`,
  "link with another mark": `${link}export const a = link([{ $: 1, x: { "@": 1 } }, [{ "@": 0 }]], "@");`,
  "link used above its definition": `export const a = l([{ a: { $: 0 } }], "$")\n${helpers.link.text("l")}`,
  "link laid out otherwise": `function chain(rows,mark){const stack=[...rows];while(stack.length>0){const holder=stack.pop();for(const key in holder){const value=holder[key];\n// comment\nif(value===null||typeof value!=='object')continue;if(Object.hasOwn(value,mark))holder[key]=rows[value[mark]];else stack.push(value);}}return rows;}\nexport const a = chain([[{ $: 0 }]], "$");`,
  "Object.create":
    "const p = { x: 1 }; export const a = [Object.create(null), Object.create(p), Object.create(p, { y: { value: 2, enumerable: true }, z: { value: 3 } }), Object.create(Map.prototype)];",
  "Object.assign":
    "const a = { x: undefined, y: 1 }, s = Symbol.for('s'); Object.assign(a, { x: a, [s]: 2 }, null, { y: 3, z: 4 }); export { a }; export const b = Object.assign([], { 3: 1, length: 5 }), c = Object.assign(new Map(), { size2: 1 });",
  "Object.defineProperty":
    "const a = {}, b = [1, 2]; Object.defineProperty(a, 'x', { value: a }); Object.defineProperty(a, Symbol.for('y'), { value: 1, writable: true, enumerable: true, configurable: true }); " +
    "Object.defineProperties(a, { z: { value: 2, enumerable: true }, w: {} }); Object.defineProperty(b, 'length', { writable: false }); Object.defineProperty(b, 0, { enumerable: false }); export { a, b };",
  "accessors that are intrinsics":
    "const a = {}; Object.defineProperty(a, 'x', { get: Math.random, set: undefined, enumerable: true }); export { a };",
  "Object.setPrototypeOf":
    "const a = {}, b = []; Object.setPrototypeOf(a, null); Object.setPrototypeOf(b, a); export { a, b }; export const c = Object.setPrototypeOf(new Map([[1, 2]]), Set.prototype);",
  "closed objects":
    "export const a = [Object.freeze({ x: 1 }), Object.seal([1]), Object.preventExtensions({}), Object.freeze(1), Object.freeze([{}])];",
  "Object.fromEntries":
    "export const a = Object.fromEntries([['a', 1], [2, 3], [Symbol.for('s'), 4], ['__proto__', 5], ['a', 6]]);",
  "arrays by length":
    "export const a = [new Array(3), Array(0), new Array(4294967295), new Array(70000), Array(1, 2), new Array('3'), new Array()];",
  "Reflect.construct":
    "export const a = [Reflect.construct(Map, [], WeakMap), Reflect.construct(Array, [3], Set), Reflect.construct(Error, ['m'], TypeError), Reflect.construct(Date, [0]), Reflect.construct(Uint8Array, [[1, 2]], Map), " +
    "Reflect.construct(Object, [], Map), Reflect.construct(String, ['s'], Number), Reflect.construct(RegExp, ['a', 'g'], Map), Reflect.construct(ArrayBuffer, [8], Map)];",
  "intrinsics as values":
    "export const a = [Math.sin, Array.prototype, Object, JSON, Map.prototype.set, Array.prototype.map, globalThis.Math.cos, globalThis.Set, console, URL, Number.MAX_VALUE, Function.prototype, structuredClone, TextEncoder, AbortSignal, Intl.NumberFormat, Symbol.prototype];",
  "bound functions":
    "const o = { n: 1 }, m = new Map([[1, 2]]); export const a = [Function.prototype.bind.call(Math.max, null, 1, 2), Function.prototype.bind.call(console.log, console), Function.prototype.bind.call(Map.prototype.get, m), " +
    "Function.prototype.bind.call(Function.prototype.bind.call(Math.min, o, 1), null, 2), Object.assign(Function.prototype.bind.call(Array.prototype.push, []), { x: 1 })];",
  "arguments objects": `${helpers.arguments.text("argumentsOf")}export const a = [argumentsOf(), argumentsOf(1, [2], ...[3, 4])];`,
  "filled buffers": `${bytes}${helpers.fill.text("fill")}const b = fill(new ArrayBuffer(4, { maxByteLength: 16 }), [1, 2, 300]); export const a = [b, new Uint8Array(b), fill(new SharedArrayBuffer(3), bytes("AAEC")), fill(new ArrayBuffer(3), new Uint8Array([7]))];`,
  "deleted properties":
    "const e = new Error('m'), o = Object.freeze({ x: 1 }); Reflect.deleteProperty(e, 'stack'); Reflect.deleteProperty(e, Symbol.iterator); Reflect.deleteProperty(o, 'x'); export { e, o };",
  "stacks of errors":
    "const a = new Error('m'), b = Object.assign(new TypeError('m', { cause: a }), { stack: 's', code: 1 }); a.stack = 't'; export { a, b };" +
    "export const c = Object.freeze(Object.assign(new RangeError('m'), { stack: '' }));",
  "the global object": "export const a = { g: globalThis };",
  "intrinsics as prototypes":
    "export const a = [{ __proto__: Math, x: 1 }, Object.create(Math.sin), { __proto__: URL.prototype }];",
  "plain arrays of typed ones":
    "export const a = [Array.from(new Float64Array([1, -0, NaN])), Array.from(new BigInt64Array([1n]))];",
  "objects that only look like an NDArray":
    "export const a = [{ [Symbol.for('persist-archive.NDArray')]: false, data: 1 }, { [Symbol.for('persist-archive.NDArray')]: true, data: new Float64Array(1), shape: [5] }, { [Symbol.for('persist-archive.NDArray')]: true }];",
  "properties of typed arrays":
    "const t = new Uint8Array([1]); t.self = t; Object.defineProperty(t, 'x', { value: [t] }); Object.assign(t, { y: {}, 0: 5 }); export { t };",
  chains:
    "const k = [1]; export const a = new Map([[1, k]]).set(2, k).set(3, 4), b = [[1], [2]][1], c = { x: { y: 1 } }.x.y, d = Object.freeze({ z: [1] }).z[0];",
};
