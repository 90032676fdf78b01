// Every single change that can be made to the objects of a graph in place. An oracle that misses one of them is worthless.
import { types } from "node:util";
import * as slots from "./slots.ts";

export interface Mutation {
  /** What is changed, for a message. */
  name: string;
  apply(): void;
}

/** The objects of a graph, each once, in a fixed order: by prototype, properties, entries, buffers. Functions are left alone. */
export function nodesOf(root: unknown): object[] {
  const nodes = new Set<object>();
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== "object" || value === null || nodes.has(value)) continue;
    const constructor = Object.getOwnPropertyDescriptor(value, "constructor")?.value as unknown;
    if (
      typeof constructor === "function" &&
      types.isProxy(value) === false &&
      constructor.prototype === value
    )
      continue;
    nodes.add(value);
    stack.push(...childrenOf(value).toReversed());
  }
  return [...nodes];
}

function childrenOf(value: object): unknown[] {
  const kind = slots.kindOf(value);
  if (slots.opaqueKinds.has(kind)) return [];
  const children: unknown[] = [Object.getPrototypeOf(value)];
  for (const key of ownKeys(value)) children.push(Object.getOwnPropertyDescriptor(value, key)!.value);
  if (kind === "map") children.push(...slots.mapEntries(value));
  if (kind === "set") children.push(...slots.setEntries(value));
  // What a Buffer does not show of its memory is nobody's.
  if ((kind === "typedArray" && !Buffer.isBuffer(value)) || kind === "dataView")
    children.push(slots.viewOf(value).buffer);
  if (kind === "url") children.push(slots.urlSearchParams(value));
  return children;
}

function ownKeys(value: object): PropertyKey[] {
  const keys = Reflect.ownKeys(value);
  return types.isTypedArray(value) ? keys.slice(value.length) : keys;
}

/** What can be changed in one object, without touching any other; in a fixed order. */
export function mutationsOf(node: object): Mutation[] {
  const kind = slots.kindOf(node);
  if (slots.opaqueKinds.has(kind)) return [];
  return [
    ...ownKeys(node)
      .filter((key) => !(kind === "error" && key === "stack")) // Its text is another in every Error.
      .flatMap((key) => propertyMutations(node, key)),
    ...shapeMutations(node),
    ...slotMutations(kind, node),
  ];
}

function propertyMutations(node: object, key: PropertyKey): Mutation[] {
  const old = Object.getOwnPropertyDescriptor(node, key)!;
  const name = String(key);
  const list: Mutation[] = [];
  const redefine = (what: string, change: PropertyDescriptor): void => {
    list.push({ name: `${what} ${name}`, apply: () => void Object.defineProperty(node, key, change) });
  };
  const isLength = Array.isArray(node) && key === "length";
  if (isLength) {
    if (old.writable) {
      redefine("longer", { value: (old.value as number) + 1 });
      redefine("read-only", { writable: false });
    }
    return list;
  }
  if ("value" in old && (old.writable || old.configurable)) {
    redefine("change", { value: otherValue(old.value) });
    if (Object.is(old.value, -0) || Object.is(old.value, 0))
      redefine("sign of", { value: Object.is(old.value, 0) ? -0 : 0 });
    if (typeof old.value === "number") redefine("box", { value: Object(old.value) });
    if (old.value === undefined) redefine("null for", { value: null });
  }
  if (old.configurable) {
    list.push({ name: `delete ${name}`, apply: () => void Reflect.deleteProperty(node, key) });
    redefine("flip enumerable of", { enumerable: !old.enumerable });
    redefine("fix", { configurable: false });
    redefine("accessor for", { get: () => old.value as unknown });
    const integer = typeof key === "string" && /^(0|[1-9][0-9]{0,8})$/.test(key);
    const follow = Reflect.ownKeys(node);
    const last = follow.filter((k) => typeof k === typeof key).at(-1) === key;
    if (!integer && !last && Object.isExtensible(node))
      list.push({
        name: `move ${name} to the end`,
        apply: () => {
          Reflect.deleteProperty(node, key);
          Object.defineProperty(node, key, old);
        },
      });
  }
  if (old.writable) redefine("read-only", { writable: false });
  else if (old.configurable && "value" in old) redefine("writable", { writable: true });
  return list;
}

function otherValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isNaN(value) ? 0 : NaN;
  if (typeof value === "string") return `${value}!`;
  if (typeof value === "bigint") return value + 1n;
  if (typeof value === "boolean") return !value;
  if (typeof value === "symbol") return Symbol(`${value.description} other`);
  return "other";
}

function shapeMutations(node: object): Mutation[] {
  if (!Object.isExtensible(node)) return [];
  return [
    {
      name: "add a property",
      apply: () =>
        void Object.defineProperty(node, "added", {
          value: 1,
          writable: true,
          enumerable: true,
          configurable: true,
        }),
    },
    {
      name: "add a hidden symbol",
      apply: () => void Object.defineProperty(node, Symbol("added"), { value: 1 }),
    },
    { name: "prevent extensions", apply: () => void Object.preventExtensions(node) },
    {
      name: "other prototype",
      apply: () =>
        void Object.setPrototypeOf(node, Object.getPrototypeOf(node) === null ? Object.prototype : null),
    },
    {
      name: "one more prototype",
      apply: () => void Object.setPrototypeOf(node, Object.create(Object.getPrototypeOf(node) as object)),
    },
  ].filter(
    ({ name }) =>
      !(name === "one more prototype" && Object.getPrototypeOf(node) === null) &&
      !(name === "prevent extensions" && mayGrow(node)),
  );
}

/** Newer engines refuse to close a typed array whose length may change. */
function mayGrow(node: object): boolean {
  return types.isTypedArray(node) && slots.bufferOf(slots.viewOf(node).buffer).maxByteLength !== null;
}

const addMapEntry = slots.intrinsic(Map.prototype, "set");
const deleteMapEntry = slots.intrinsic(Map.prototype, "delete");
const addSetEntry = slots.intrinsic(Set.prototype, "add");
const deleteSetEntry = slots.intrinsic(Set.prototype, "delete");
const setTime = slots.intrinsic(Date.prototype, "setTime");

function slotMutations(kind: string, node: object): Mutation[] {
  switch (kind) {
    case "map": {
      const map = node as Map<unknown, unknown>;
      const entries = slots.mapEntries(map);
      const list: Mutation[] = [{ name: "add an entry", apply: () => void addMapEntry(map, "added", 1) }];
      for (let i = 0; i < entries.length; i += 2) {
        const key = entries[i];
        list.push(
          { name: `delete entry ${i / 2}`, apply: () => void deleteMapEntry(map, key) },
          {
            name: `change entry ${i / 2}`,
            apply: () => void addMapEntry(map, key, otherValue(entries[i + 1])),
          },
        );
        if (i + 2 < entries.length)
          list.push({
            name: `move entry ${i / 2} to the end`,
            apply: () => {
              deleteMapEntry(map, key);
              addMapEntry(map, key, entries[i + 1]);
            },
          });
      }
      return list;
    }
    case "set": {
      const set = node as Set<unknown>;
      const entries = slots.setEntries(set);
      const list: Mutation[] = [{ name: "add an entry", apply: () => void addSetEntry(set, "added") }];
      for (const [i, entry] of entries.entries()) {
        list.push({ name: `delete entry ${i}`, apply: () => void deleteSetEntry(set, entry) });
        if (i + 1 < entries.length)
          list.push({
            name: `move entry ${i} to the end`,
            apply: () => {
              deleteSetEntry(set, entry);
              addSetEntry(set, entry);
            },
          });
      }
      return list;
    }
    case "date": {
      const time = slots.dateTime(node);
      return [{ name: "later", apply: () => void setTime(node, Number.isNaN(time) ? 0 : time + 1) }];
    }
    case "url":
      return [{ name: "other hash", apply: () => void Reflect.set(URL.prototype, "hash", "#other", node) }];
    case "searchParams":
      return [
        {
          name: "one more parameter",
          apply: () => URLSearchParams.prototype.append.call(node, "added", "1"),
        },
      ];
    case "typedArray":
      return Buffer.isBuffer(node) ? flips(node) : [];
    case "arrayBuffer":
    case "sharedArrayBuffer": {
      const bytes = slots.bytesOf(node) ?? new Uint8Array();
      const list = flips(bytes);
      const { maxByteLength, byteLength } = slots.bufferOf(node);
      if (maxByteLength !== null && byteLength < maxByteLength)
        list.push({
          name: "grow",
          apply: () => {
            const buffer = node as { resize?: (n: number) => void; grow?: (n: number) => void };
            (buffer.resize ?? buffer.grow)!.call(node, byteLength + 1);
          },
        });
      return list;
    }
    default:
      return [];
  }
}

function flips(bytes: Uint8Array): Mutation[] {
  return Array.from({ length: Math.min(bytes.length, 64) }, (_, i) => ({
    name: `flip a bit of byte ${i}`,
    apply: () => {
      bytes[i]! ^= 1 << (i % 8);
    },
  }));
}
