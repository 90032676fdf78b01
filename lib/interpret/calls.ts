// Which calls are allowed, and how they are done.

import { callees } from "./callees/table.ts";
import { Call, type Callee } from "./callees/callee.ts";
import { addToSet, setInMap } from "./callees/collections.ts";
import { decodeBytes, fillBuffer } from "./callees/binary.ts";
import { makeArguments } from "./callees/functions.ts";
import { link } from "./callees/link.ts";
import { loadTable } from "./callees/load.ts";
import type { Frame } from "./frames.ts";
import {
  apply,
  construct,
  getPrototypeOf,
  hasOwn,
  isMap,
  isObject,
  isSet,
  mapGet,
  quote,
  MapPrototype,
  SetPrototype,
} from "./natives.ts";
import type { Reader } from "./reader.ts";
import { GLOBAL, HELPER, IMPORT, type Reference } from "./references.ts";
import { ARGUMENTS, BYTES, FILL, LINK, LOADER } from "./scope.ts";
import type { Source } from "./source.ts";

const helpers: Readonly<Record<number, Callee>> = {
  [LOADER]: loadTable,
  [BYTES]: decodeBytes,
  [FILL]: fillBuffer,
  [ARGUMENTS]: makeArguments,
  [LINK]: link,
};

/** What a call of the reader's reference does; refuses the call when it is not an allowed one. */
export function prepare(reader: Reader, isNew: boolean, at: number): Callee {
  const source: Source = reader.source;
  const { reference } = reader;
  if (reference === undefined) return source.refuse("a call of something other than a name", at);
  if (reference.kind === GLOBAL) return prepareIntrinsic(reader, reference, isNew, at);
  if (reference.kind === IMPORT) return prepareImport(reader, reference, isNew, at);
  if (isNew) return source.refuse("`new` of something that no import gives", at);
  if (reference.kind !== HELPER) return prepareMethod(reader, reference, at);
  return helpers[reference.helper!]!;
}

function prepareIntrinsic(reader: Reader, reference: Reference, isNew: boolean, at: number): Callee {
  const source: Source = reader.source;
  const entry = mapGet(callees, reference.path);
  if (entry === undefined) return source.refuse(`a call of \`${reference.path}\``, at);
  if (entry.mode === (isNew ? "call" : "new")) {
    source.refuse(`\`${reference.path}\` ${isNew ? "with" : "without"} \`new\``, at);
  }
  return entry.run;
}

/** `m.set(k, v)` and `s.add(v)` where `m` is a plain Map and `s` a plain Set. */
function prepareMethod(reader: Reader, reference: Reference, at: number): Callee {
  const { value: object, key } = reference;
  if (reader.origins.isOwn(object) && typeof key === "string" && !hasOwn(object, key)) {
    if (key === "set" && isMap(object) && getPrototypeOf(object) === MapPrototype)
      return (call) => setInMap(call, object, 0);
    if (key === "add" && isSet(object) && getPrototypeOf(object) === SetPrototype)
      return (call) => addToSet(call, object, 0);
  }
  return reader.source.refuse(`a call of the method \`${String(key)}\``, at);
}

function prepareImport(reader: Reader, reference: Reference, isNew: boolean, at: number): Callee {
  const { specifier, path, value, base } = reference;
  if (typeof value !== "function" || reader.options.mayCall?.(specifier, path, value) !== true) {
    return reader.source.fail(
      "PERSIST_UNTRUSTED_CODE",
      `found a call of \`${path}\` from "${specifier}", which is neither registered nor listed; ` +
        `allow it by \`calls: { ${quote(specifier)}: [${quote(path)}] }\``,
      at,
    );
  }
  return ({ args }) => {
    const result: unknown = isNew ? construct(value, args) : apply(value, base, args);
    reader.expectChanges();
    return isObject(result) ? reader.origins.mark(result, "import", at) : result;
  };
}

/** Does the call of a frame whose arguments are complete. */
export function invoke(reader: Reader, callee: Callee, frame: Frame): unknown {
  const call = new Call(reader, frame.target as unknown[], frame.special, frame.at);
  // an error of an imported function is the caller's own and passes as it is
  if (frame.reference?.kind === IMPORT) return callee(call);
  return reader.attempt(() => callee(call), frame.at);
}
