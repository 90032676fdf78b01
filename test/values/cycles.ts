// Every kind of holder inside every other, and back: each pair closes a cycle of two, and each kind one through itself.
import { importFromProject } from "../support/project.ts";
import type { Kept } from "./case.ts";

const { Grid, FrozenPoint, Guarded } = await importFromProject("./classes.mjs");
const { HostileMap, HostileArray, SimError, Samples } = await importFromProject("./exotic.mjs");
const { collect } = await importFromProject("./things.mjs");

/** Makes a holder, and puts a value into it later: the value is not there yet when the holder is made. */
interface Holder {
  object: object;
  put(value: unknown): void;
  /** What is done last, when every holder has its value. */
  close?(): void;
}

function property(object: object, key: PropertyKey = "held"): Holder {
  return {
    object,
    put: (value) => {
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    },
  };
}

function closing(holder: Holder, close: (object: object) => object): Holder {
  return { ...holder, close: () => void close(holder.object) };
}

function mapSet(map: unknown, key: unknown, value: unknown): void {
  Map.prototype.set.call(map as Map<unknown, unknown>, key, value);
}

function bytes(size: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(size));
}

function strictArguments(..._: unknown[]): object {
  return arguments;
}

const holders: Record<string, () => Holder> = {
  object: () => property({ before: 1 }),
  "null prototype": () => property(Object.create(null) as object),
  "hidden property": () => {
    const object = {};
    return { object, put: (value) => void Object.defineProperty(object, "hidden", { value }) };
  },
  "symbol key": () => property({}, Symbol("key")),
  "registered symbol key": () => property({ before: 1 }, Symbol.for("key")),
  "own __proto__": () => property({}, "__proto__"),
  prototype: () => {
    const object = { own: 1 };
    return { object, put: (value) => void Object.setPrototypeOf(object, value as object) };
  },
  "frozen object": () => closing(property({}), Object.freeze),
  "sealed object": () => closing(property({}), Object.seal),
  "frozen array": () => {
    const object: unknown[] = [1];
    return closing({ object, put: (value) => void object.push(value) }, Object.freeze);
  },
  array: () => {
    const object: unknown[] = [];
    return { object, put: (value) => void object.push(value, "after") };
  },
  "sparse array": () => {
    const object: unknown[] = [];
    return { object, put: (value) => void (object[1_000_000] = value) };
  },
  "Map value": () => {
    const object = new Map<unknown, unknown>([["before", 1]]);
    return { object, put: (value) => void object.set("held", value).set("after", 2) };
  },
  "Map key": () => {
    const object = new Map<unknown, unknown>([["before", 1]]);
    return { object, put: (value) => void object.set(value, "held").set("after", 2) };
  },
  "frozen Map": () => {
    const object = new Map<unknown, unknown>();
    return closing({ object, put: (value) => void object.set(value, value) }, Object.freeze);
  },
  Set: () => {
    const object = new Set<unknown>(["before"]);
    return { object, put: (value) => void object.add(value).add("after") };
  },
  "Map subclass": () => {
    const object = new HostileMap() as object;
    return { object, put: (value) => mapSet(object, "held", value) };
  },
  "array subclass": () => property(new HostileArray() as object, 0),
  instance: () => property(new Grid(1, 2) as object, "dx"),
  "instance with setters": () => property(Guarded.make() as object, "n"),
  "frozen instance": () =>
    closing(property(Object.create(FrozenPoint.prototype as object) as object, "x"), Object.freeze),
  "Error cause": () => {
    const object = new Error("m", { cause: null });
    return { object, put: (cause) => void (object.cause = cause) };
  },
  "Error subclass": () => property(new SimError(1) as object),
  "AggregateError errors": () => {
    const object = new AggregateError([1]);
    return { object, put: (value) => void object.errors.push(value) };
  },
  Date: () => property(new Date(1)),
  "RegExp lastIndex": () => {
    const object = /a/g;
    return { object, put: (value) => void ((object as { lastIndex: unknown }).lastIndex = value) };
  },
  "boxed number": () => property(Object(1) as object),
  "boxed text": () => property(Object("text") as object),
  URL: () => property(new URL("http://a/?x")),
  URLSearchParams: () => property(new URLSearchParams("a=1")),
  "typed array": () => property(bytes(4)),
  "typed array subclass": () => property(new Samples([1]) as object),
  ArrayBuffer: () => property(new ArrayBuffer(2)),
  "view whose buffer holds": () => {
    const object = bytes(2);
    return { ...property(object.buffer), object };
  },
  arguments: () => property(strictArguments(1), 0),
  "bound receiver": () => {
    const receiver = property({});
    return { ...receiver, object: (collect as () => void).bind(receiver.object) };
  },
};

function cycle(...names: string[]): unknown {
  const made = names.map((name) => holders[name]!());
  // A prototype chain may not be a cycle, so prototypes come together through a holder in between.
  made.forEach((holder, i) => {
    const next = made[(i + 1) % made.length]!;
    const direct = !(names[i] === "prototype" && isPrototypeOnly(names));
    holder.put(direct ? next.object : { between: next.object });
  });
  for (const holder of made) holder.close?.();
  return { root: made[0]!.object, again: made.at(-1)!.object };
}

function isPrototypeOnly(names: string[]): boolean {
  return names.every((name) => name === "prototype");
}

const names = Object.keys(holders);

export const cycles: Kept[] = [
  ...names.map((name) => ({ name: `cycle: ${name}`, make: () => cycle(name) })),
  ...names.flatMap((first) =>
    names
      .filter((second) => second !== first)
      .map((second) => ({ name: `cycle: ${first}, ${second}`, make: () => cycle(first, second) })),
  ),
  // What closes the cycle comes before other properties, and must still do so afterwards.
  ...names.flatMap((name) =>
    ["after", Symbol.for("after")].map((key) => ({
      name: `cycle order: ${name}, then ${String(key)}`,
      make: () => {
        const holder = holders[name]!();
        const between = [holder.object];
        holder.put(between);
        for (const more of [key, "last"])
          Object.defineProperty(holder.object, more, {
            value: between,
            writable: true,
            enumerable: true,
            configurable: true,
          });
        return { between, object: holder.object };
      },
    })),
  ),
  { name: "cycle: through every kind at once", make: () => cycle(...names) },
  { name: "cycle: through every kind at once, backwards", make: () => cycle(...names.toReversed()) },
];
