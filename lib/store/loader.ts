// The text of `_load-<hash>.js`, the module that reads an archive's array files when the archive is imported. It is
// written beside the data and stands alone: it must work where this library was never heard of, by `import` and by
// `require`. It holds no data; its name says which text it is, so it is never rewritten.
import { createHash } from "node:crypto";

/** The module's whole text. */
export const loaderText: string = String.raw`// Reads the array files of this archive into memory. It needs Node, and nothing else.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";

/** From npy's type to [typed array, its entries for one element, NumPy's name]. */
const TYPES = {
  b1: [Uint8Array, 1, "bool"],
  i1: [Int8Array, 1, "int8"],
  i2: [Int16Array, 1, "int16"],
  i4: [Int32Array, 1, "int32"],
  i8: [BigInt64Array, 1, "int64"],
  u1: [Uint8Array, 1, "uint8"],
  u2: [Uint16Array, 1, "uint16"],
  u4: [Uint32Array, 1, "uint32"],
  u8: [BigUint64Array, 1, "uint64"],
  f2: [globalThis.Float16Array ?? Uint16Array, 1, "float16"],
  f4: [Float32Array, 1, "float32"],
  f8: [Float64Array, 1, "float64"],
  c8: [Float32Array, 2, "complex64"],
  c16: [Float64Array, 2, "complex128"],
};

function typeOf(descr) {
  const [, code, kind, count, unit] = /^[<|](([a-zA-Z])(\d+))(\[.+\])?$/.exec(descr) ?? [];
  if (kind === "M" || kind === "m") {
    return [BigInt64Array, 1, (kind === "M" ? "datetime64" : "timedelta64") + (unit ?? "")];
  }
  if (kind === "S" || kind === "V") return [Uint8Array, Number(count), code];
  if (kind === "U") return [Uint32Array, Number(count), code];
  if (Object.hasOwn(TYPES, code ?? "")) return TYPES[code];
  throw new Error("the element type " + descr + " is not known");
}

/** An n-dimensional array: stride and offset count elements, a complex element is two entries of data. */
class NDArray {
  constructor(data, shape, stride, dtype, entries) {
    Object.assign(this, { data, shape, stride, offset: 0, dtype, attributes: {} });
    Object.defineProperty(this, "entries", { value: entries });
  }
  at(index) {
    const bad = index.some((i, axis) => !Number.isInteger(i) || i < 0 || i >= this.shape[axis]);
    if (bad || index.length !== this.shape.length) throw new RangeError("no element [" + index + "]");
    return index.reduce((sum, i, axis) => sum + i * this.stride[axis], this.offset) * this.entries;
  }
  get(...index) {
    const { data, dtype, entries } = this;
    const at = this.at(index);
    if (dtype.startsWith("complex")) return { re: data[at], im: data[at + 1] };
    if (/^[SUV]/.test(dtype)) return data.slice(at, at + entries);
    return dtype === "bool" ? data[at] !== 0 : data[at];
  }
  set(...indexAndValue) {
    const value = indexAndValue.pop();
    const at = this.at(indexAndValue);
    if (this.dtype.startsWith("complex")) this.data.set([value.re ?? value, value.im ?? 0], at);
    else if (/^[SUV]/.test(this.dtype)) this.data.set(value, at);
    else this.data[at] = value;
  }
}
Object.defineProperty(NDArray.prototype, Symbol.for("persist-archive.NDArray"), { value: true });

function read(fd, offset, size) {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size; ) {
    const got = readSync(fd, bytes, done, Math.min(size - done, 2 ** 30), offset + done);
    if (got === 0) throw new Error("the file ends after " + (offset + done) + " bytes, and " + (offset + size) + " are expected");
    done += got;
  }
  return bytes;
}

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return ~crc >>> 0;
}

/** Where the data begin in an npy file, and whether in Fortran order; the header must say what the table says. */
function checkHeader(fd, descr, shape) {
  const start = Buffer.from(read(fd, 0, 10).buffer);
  if (start.toString("latin1", 0, 6) !== "\x93NUMPY" || start[6] < 1 || start[6] > 3) throw new Error("an npy file is expected");
  const wide = start[6] > 1;
  const length = wide ? Buffer.from(read(fd, 8, 4).buffer).readUInt32LE() : start.readUInt16LE(8);
  const begin = (wide ? 12 : 10) + length;
  if (begin > fstatSync(fd).size) throw new Error("the header is longer than the file");
  const header = Buffer.from(read(fd, wide ? 12 : 10, length).buffer).toString("latin1");
  const found = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const extents = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1].match(/\d+/g)?.join() ?? "";
  if (found !== descr || order === undefined || extents !== shape.join()) {
    throw new Error("it holds " + found + " (" + extents + "), and " + descr + " (" + shape + ") is expected");
  }
  return { begin, fortran: order === "True" };
}

/** Offsets into a file hold as long as nothing has rewritten it. */
function checkHead(fd, head) {
  if (head === undefined) throw new Error("the table gives an offset, and no size and checksum of the file");
  const [size, crc] = head;
  const found = fstatSync(fd).size;
  if (found !== size || crc32(read(fd, 0, Math.min(size, 4096))) !== crc) {
    throw new Error("it was rewritten by something else: " + size + " bytes with the checksum " + crc + " are expected");
  }
}

/** The elements at the end of what a deflated entry holds: an npy header, and then they. */
function inflate(bytes, size) {
  const all = inflateRawSync(bytes, { maxOutputLength: size + 2 ** 20 });
  if (all.length < size) throw new Error("it inflates to " + all.length + " bytes, and " + size + " are expected");
  return new Uint8Array(all.subarray(all.length - size));
}

function loadOne(fd, [, descr, shape, offset, deflated], head) {
  const extents = typeof shape === "number" ? [shape] : shape;
  const [Data, entries, dtype] = typeOf(descr);
  const { begin, fortran } = offset === undefined ? checkHeader(fd, descr, extents) : { begin: offset, fortran: false };
  if (offset !== undefined) checkHead(fd, head);
  const size = extents.reduce((product, extent) => product * extent, entries * Data.BYTES_PER_ELEMENT);
  if (begin + (deflated ?? size) > fstatSync(fd).size) throw new Error("it is too short for " + descr + " (" + extents + ")");
  const bytes = deflated === undefined ? read(fd, begin, size) : inflate(read(fd, begin, deflated), size);
  const data = new Data(bytes.buffer);
  if (typeof shape === "number") return data;
  const stride = [];
  let step = 1;
  for (let k = 0; k < shape.length; k++) {
    const axis = fortran ? k : shape.length - 1 - k;
    stride[axis] = step;
    step *= shape[axis];
  }
  return new NDArray(data, shape, stride, dtype, entries);
}

/**
 * Reads the arrays of a table { name: [file, type, shape, offset, deflated] }, whose files lie beside the module at url. A shape
 * that is a number gives a typed array, a list an NDArray. heads tells [size, CRC-32 of the first 4096 bytes] of files with offsets.
 */
export function load(url, table, heads = {}) {
  const directory = dirname(fileURLToPath(url));
  const arrays = Object.create(null);
  for (const [name, row] of Object.entries(table)) {
    const file = join(directory, row[0]);
    let fd;
    try {
      fd = openSync(file, "r");
      arrays[name] = loadOne(fd, row, heads[row[0]]);
    } catch (cause) {
      throw new Error("array " + name + ", " + file + ": " + cause.message, { cause });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
  return arrays;
}
`;

/** The first six hexadecimal digits of the text's SHA-256. */
let hash: string | undefined;

/**
 * The file that holds the loader: `_load-<hash>.js` in a package, `NAME_load-<hash>.mjs` beside a module.
 * @param name the module's name without its ending; for the form "module" only.
 */
export function loaderName(form: "package" | "module", name: string = ""): string {
  hash ??= createHash("sha256").update(loaderText).digest("hex").slice(0, 6);
  return form === "package" ? `_load-${hash}.js` : `${name}_load-${hash}.mjs`;
}
