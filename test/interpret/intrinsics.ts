// A look at the intrinsics, to prove that a reading has not changed them.

const watched: Record<string, object> = {
  Object: Object.prototype,
  Function: Function.prototype,
  Array: Array.prototype,
  String: String.prototype,
  Number: Number.prototype,
  Symbol: Symbol.prototype,
  Map: Map.prototype,
  Set: Set.prototype,
  Date: Date.prototype,
  RegExp: RegExp.prototype,
  Error: Error.prototype,
  Uint8Array: Uint8Array.prototype,
  constructors: Object,
  Math,
  JSON,
  globals: globalThis,
};

/** The own properties of the watched objects, their prototypes and whether they can be extended. */
export function snapshot(): Map<object, unknown> {
  const seen = new Map<object, unknown>();
  for (const [name, object] of Object.entries(watched)) {
    const keys = Reflect.ownKeys(object).filter((key) => key !== "touched");
    const values = keys.map((key) => {
      const { value, get, set, ...attributes } = Object.getOwnPropertyDescriptor(object, key)!;
      // a global that Node makes at its first use changes from accessor to value by itself
      return object === globalThis ? [] : [value as unknown, get, set, attributes];
    });
    seen.set(object, [name, keys, values, Object.getPrototypeOf(object), Object.isExtensible(object)]);
  }
  return seen;
}
