// Object literals.

import { NDArray, NDARRAY, type NDArrayFields } from "../ndarray.ts";
import { COMPUTED_KEY, Frame, OBJECT } from "./frames.ts";
import { defineData, toKey } from "./members.ts";
import { isReserved, readName, startsName } from "./names.ts";
import {
  createObject,
  describe,
  getPrototypeOf,
  isInteger,
  isTypedArray,
  ownKeys,
  setHas,
  setPrototypeOf,
  startsWith,
  toText,
} from "./natives.ts";
import { readNumber } from "./numbers.ts";
import { OPERAND, VALUE, type Reader, type Step } from "./reader.ts";
import { lookUp, settle } from "./references.ts";
import { readString } from "./strings.ts";
import type { Source } from "./source.ts";

/** Begins the object whose `{` is at the current position. */
export function openObject(reader: Reader): Step {
  reader.budget.nodes(1);
  const frame = new Frame(OBJECT, reader.source.pos++, reader.frame, {});
  reader.frame = frame;
  return nextProperty(reader, frame);
}

/** After `{` or a comma: ends the object, or reads the next key and lets its value follow. */
export function nextProperty(reader: Reader, frame: Frame): Step {
  const source: Source = reader.source;
  for (;;) {
    const c = source.skip();
    const at = source.pos;
    switch (c) {
      case 0x7d:
        source.pos++;
        return closeObject(reader, frame);
      case 0x22:
      case 0x27:
        frame.key = readString(source);
        return colon(reader, frame, at);
      case 0x5b:
        source.pos++;
        reader.frame = new Frame(COMPUTED_KEY, at, frame, undefined);
        return OPERAND;
      case 0x2e:
        if (startsWith(source.text, "...", at)) {
          source.pos += 3;
          frame.spread = true;
          return OPERAND;
        }
        break;
      case 0x2a:
        source.refuse("a method", at);
    }
    if ((c >= 0x30 && c <= 0x39) || c === 0x2e) {
      frame.key = toText(readNumber(source, reader.budget));
      return colon(reader, frame, at);
    }
    if (!startsName(source.text, at)) source.unexpected("a property");
    const name = readName(source);
    const after = source.skip();
    frame.key = name;
    if (after === 0x3a) return colon(reader, frame, at);
    if (after !== 0x2c && after !== 0x7d) {
      if (
        after === 0x28 ||
        after === 0x2a ||
        after === 0x5b ||
        after === 0x22 ||
        after === 0x27 ||
        startsName(source.text, source.pos)
      ) {
        source.refuse("a method or accessor", at);
      }
      source.unexpected("`:`");
    }
    if (isReserved(name)) source.unexpected("a property", at);
    lookUp(reader, name, at);
    settle(reader);
    storeProperty(reader, frame, name);
    if (after === 0x2c) source.pos++;
  }
}

/** Passes the colon after a key that is not computed. */
function colon(reader: Reader, frame: Frame, at: number): Step {
  const source: Source = reader.source;
  const c = source.skip();
  if (c === 0x28) source.refuse("a method", at);
  if (c !== 0x3a) source.unexpected("`:`");
  source.pos++;
  if (frame.key === "__proto__") {
    if (frame.hasPrototype) source.fail("PERSIST_SYNTAX", "found a second `__proto__:` in an object", at);
    frame.hasPrototype = true;
    frame.special = true;
  }
  return OPERAND;
}

/** Takes the reader's value for a computed key, at the punctuator `c` behind it. */
export function takeKey(reader: Reader, frame: Frame, c: number): Step {
  const source: Source = reader.source;
  const object = frame.outer!;
  if (c !== 0x5d) reader.odd("`]`");
  source.pos++;
  const key = toKey(reader.value);
  if (key === undefined) source.refuse("an object as a key", frame.at);
  if (source.skip() === 0x28) source.refuse("a method", frame.at);
  source.expect(":");
  object.key = key;
  if (key === NDARRAY) object.isNDArray = true;
  reader.frame = object;
  return OPERAND;
}

/** Takes the reader's value for what stands before it, at the punctuator `c` behind it. */
export function takeProperty(reader: Reader, frame: Frame, c: number): Step {
  if (frame.special) takePrototype(reader, frame);
  else if (frame.spread) takeSpread(reader, frame);
  else storeProperty(reader, frame, frame.key);
  if (c === 0x2c) {
    reader.source.pos++;
    return nextProperty(reader, frame);
  }
  if (c !== 0x7d) reader.odd("`,` or `}`");
  reader.source.pos++;
  return closeObject(reader, frame);
}

function storeProperty(reader: Reader, frame: Frame, key: PropertyKey): void {
  if (frame.careful || setHas(reader.inherited, key)) defineData(frame.target, key, reader.value);
  else frame.target[key] = reader.value;
  frame.size++;
}

function takePrototype(reader: Reader, frame: Frame): void {
  const prototype = reader.value;
  checkPrototype(reader, prototype, frame.at);
  frame.special = false;
  if (prototype !== null && reader.origins.isOwn(prototype) && frame.size === 0) {
    // made with the prototype: setting it later walks the whole chain, which another archive's objects may have made long
    frame.target = createObject(prototype);
    frame.careful = true;
  } else {
    frame.prototype = prototype;
  }
}

/** Refuses what must not be a prototype. */
export function checkPrototype(reader: Reader, value: unknown, at: number): asserts value is object | null {
  if (reader.origins.isPrototype(value)) return;
  reader.source.refuse(
    "a prototype that is neither null, nor an object of this archive, nor that of an intrinsic or an allowed import",
    at,
  );
}

/** `Object.setPrototypeOf`, at the cost of the chain's length. */
export function changePrototype(reader: Reader, object: object, prototype: object | null, at: number): void {
  let steps = 0;
  for (let p = prototype; p !== null && steps < 1000 && !reader.origins.of(p); p = getPrototypeOf(p)) steps++;
  if (steps === 1000) reader.budget.work(chainLength(prototype));
  if (!setPrototypeOf(object, prototype))
    reader.source.fail("PERSIST_SYNTAX", "found a prototype that the object cannot have", at);
}

function chainLength(prototype: object | null): number {
  let steps = 0;
  for (let p = prototype; p !== null; p = getPrototypeOf(p)) steps++;
  return steps;
}

/** The enumerable own properties of the reader's value. */
function takeSpread(reader: Reader, frame: Frame): void {
  frame.spread = false;
  const source: Source = reader.source;
  const { value } = reader;
  if (value === null || value === undefined) return;
  if (!reader.origins.isOwn(value))
    source.refuse("`...` of something that is not an object of this archive", frame.at);
  copyProperties(reader, value, frame.at, (key, part) => {
    reader.value = part;
    storeProperty(reader, frame, key);
  });
}

/** Gives each enumerable own property of an object of the archive, running no accessor. */
export function copyProperties(
  reader: Reader,
  from: object,
  at: number,
  give: (key: PropertyKey, value: unknown) => void,
): void {
  const keys = ownKeys(from);
  reader.budget.copies(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const descriptor = describe(from, keys[i]!);
    if (descriptor === undefined || descriptor.enumerable !== true) continue;
    if (descriptor.get !== undefined || descriptor.set !== undefined)
      reader.source.refuse("the use of an accessor", at);
    give(keys[i]!, descriptor.value);
  }
}

function closeObject(reader: Reader, frame: Frame): Step {
  reader.budget.elements(frame.size);
  if (frame.prototype !== undefined) changePrototype(reader, frame.target, frame.prototype, frame.at);
  reader.value = frame.isNDArray ? toNDArray(reader, frame.target, frame.at) : frame.target;
  reader.reference = undefined;
  reader.frame = frame.outer;
  return VALUE;
}

/** The literal `{ [Symbol.for("persist-archive.NDArray")]: true, data, shape, … }`; what only looks like one stays what it is. */
function toNDArray(reader: Reader, object: object, at: number): object {
  const { origins } = reader;
  const data = origins.read(object, "data", at);
  const dtype = origins.read(object, "dtype", at);
  const offset = origins.read(object, "offset", at);
  const attributes = origins.read(object, "attributes", at) ?? {};
  const shape = toIntegers(reader, origins.read(object, "shape", at), at);
  const given = origins.read(object, "stride", at);
  const stride = given === undefined ? undefined : toIntegers(reader, given, at);
  const isOne =
    origins.read(object, NDARRAY, at) === true &&
    isTypedArray(data) &&
    shape !== undefined &&
    (stride !== undefined || given === undefined) &&
    (dtype === undefined || typeof dtype === "string") &&
    (offset === undefined || isInteger(offset)) &&
    origins.isOwn(attributes);
  if (!isOne) return object;
  try {
    return new NDArray({ data, shape, stride, offset, dtype, attributes } as NDArrayFields);
  } catch {
    return object; // sizes that do not fit
  }
}

/** A copy of a list of integers; undefined for anything else. */
function toIntegers(reader: Reader, list: unknown, at: number): number[] | undefined {
  if (!reader.origins.isList(list)) return undefined;
  const integers: number[] = [];
  for (let i = 0; i < list.length; i++) {
    const n = reader.origins.element(list, i, at);
    if (!isInteger(n)) return undefined;
    integers[i] = n;
  }
  return integers;
}
