// The own keys of a typed array but for its elements. The language lists keys only all together, which takes seconds for a million elements; the
// inspector of this very process tells the named ones alone, in a time that does not depend on the length, and runs nothing of the value.

import { Session, type Runtime } from "node:inspector";
import { getOwnPropertySymbols, ownKeys, typedArrayLength } from "./primordials.ts";

/** Up to this length a list of all keys takes less time than asking the inspector. */
const SHORT = 256;

/** Where a value is handed over to the inspector, for the length of one call. */
const HANDLE = Symbol.for("persist-archive.handle");
const HANDLE_EXPRESSION = 'globalThis[Symbol.for("persist-archive.handle")]';

/** Connected from the first long array on, until the event loop goes on. */
let session: Session | undefined;

/** The string and symbol keys of a typed array that are not its elements', in the order in which they were defined. */
export function namedKeysOf(array: object): PropertyKey[] {
  if (typedArrayLength(array) <= SHORT) return ownKeys(array).filter((key) => !isElement(key));
  return [...namesOf(array), ...getOwnPropertySymbols(array)];
}

function isElement(key: PropertyKey): boolean {
  return typeof key === "string" && /^(?:0|[1-9]\d*)$/.test(key);
}

function namesOf(array: object): string[] {
  const holder = globalThis as { [HANDLE]?: object };
  let names: string[] | undefined;
  let failure: unknown;
  holder[HANDLE] = array;
  try {
    const open = (session ??= connect());
    open.post("Runtime.evaluate", { expression: HANDLE_EXPRESSION }, (error, found) => {
      const objectId = found?.result?.objectId;
      if (objectId === undefined) return void (failure = error);
      // newer than the types of Node 20, and known to its engine
      const question: Runtime.GetPropertiesParameterType & { nonIndexedPropertiesOnly: boolean } = {
        objectId,
        ownProperties: true,
        nonIndexedPropertiesOnly: true,
      };
      open.post(
        "Runtime.getProperties",
        question,
        (refusal, properties: Runtime.GetPropertiesReturnType | undefined) => {
          failure = refusal;
          names = properties?.result.filter(({ symbol }) => symbol === undefined).map(({ name }) => name);
        },
      );
      open.post("Runtime.releaseObject", { objectId });
    });
  } finally {
    delete holder[HANDLE];
  }
  if (names === undefined)
    throw new Error("the inspector did not tell the properties of a typed array", { cause: failure });
  return names;
}

function connect(): Session {
  const made = new Session();
  made.connect();
  setImmediate(() => {
    made.disconnect();
    session = undefined;
  });
  return made;
}
