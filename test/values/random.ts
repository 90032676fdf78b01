// Random graphs of every kind of node, with sharing and cycles everywhere. A graph is made from a recipe, a list of plain steps, so that it can be made
// again, printed, and cut down to the smallest one that still shows a fault.
import { NDArray } from "persist-archive";
import { importFromProject } from "../support/project.ts";
import { randomNumbers } from "../support/random.ts";

/** One node: its kind, what it holds, and how it is closed at the end. */
export interface Step {
  kind: string;
  /** What it holds: a node by its index, or a leaf by -1 - index. */
  edges: number[];
  /** Chooses among what a kind leaves open: sizes, classes, keys. */
  variant: number;
  integrity: "extensible" | "not extensible" | "sealed" | "frozen";
}
export type Recipe = Step[];

const classes = await importFromProject("./classes.mjs");
const exotic = await importFromProject("./exotic.mjs");
const things = await importFromProject("./things.mjs");
const { Unit } = await importFromProject("./represented.mjs");
const { Quantity } = await importFromProject("units");
const { default: Mesh } = await importFromProject("@lab/mesh");

/** A node under way. `put` takes what it holds, one after another. */
interface Shell {
  object: object;
  put(value: unknown, n: number): void;
}

/** What a maker may look at: the nodes made before, and the step's variant. */
interface Making {
  variant: number;
  earlier: object[];
}
type Maker = (making: Making) => Shell;

const keys: PropertyKey[] = [
  "a",
  "b",
  "odd key",
  "0",
  "7",
  "__proto__",
  "constructor",
  "",
  "\ud800",
  "$",
  Symbol.for("k"),
  Symbol.iterator,
  "length2",
  "class",
  "ψ",
];

/** Sets an own property, where the object takes it: characters of a boxed text are fixed, elements of views are numbers. */
function own(object: object, key: PropertyKey, value: unknown): void {
  if (ArrayBuffer.isView(object) && /^\d+$/.test(String(key))) return;
  const attributes = Object.hasOwn(object, key)
    ? {}
    : { writable: true, enumerable: true, configurable: true };
  Reflect.defineProperty(object, key, { value, ...attributes });
}

function holder(object: object, variant = 0): Shell {
  return { object, put: (value, n) => own(object, keys[(variant + n) % keys.length]!, value) };
}

/** Puts the first value by `put`, all others as properties. */
function first(object: object, put: (value: unknown) => void, variant: number): Shell {
  const rest = holder(object, variant);
  return { object, put: (value, n) => (n === 0 ? put(value) : rest.put(value, n)) };
}

function buffer({ variant }: Making, Class: unknown = ArrayBuffer): ArrayBuffer {
  const size_bytes = 16 * (1 + (variant % 3));
  const options = variant % 4 === 0 ? [{ maxByteLength: size_bytes * 2 }] : [];
  const made = Reflect.construct(Class as new () => ArrayBuffer, [size_bytes, ...options]) as ArrayBuffer;
  const bytes = new Uint8Array(made);
  bytes.forEach((_, i) => (bytes[i] = (i + 1) * variant));
  return made;
}

/** A buffer made before, where there is one, else a new one. */
function someBuffer(making: Making): ArrayBuffer {
  const found = making.earlier.filter(
    (object) => object instanceof ArrayBuffer || object instanceof SharedArrayBuffer,
  );
  return found.length > 0 && making.variant % 3 !== 0
    ? (found[making.variant % found.length] as ArrayBuffer)
    : buffer({ ...making, variant: making.variant | 1 });
}

const viewKinds = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

function view(making: Making, Class: unknown): Shell {
  const args: unknown[] = [someBuffer(making)];
  if (making.variant % 2 === 0) args.push(8, making.variant % 5 === 0 ? 1 : undefined);
  return holder(Reflect.construct(Class as new () => object, args) as object, making.variant);
}

function strictArguments(..._: unknown[]): object {
  return arguments;
}

const errorClasses = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
const boxed = [1.5, -0, NaN, "text", "", 7n, true, Symbol.for("b"), Symbol.iterator];

const mapSet = (map: object, key: unknown, value: unknown): void => {
  Map.prototype.set.call(map as Map<unknown, unknown>, key, value);
};
const setAdd = (set: object, value: unknown): void => {
  Set.prototype.add.call(set as Set<unknown>, value);
};

function mapShell(object: object): Shell {
  let held: unknown;
  return {
    object,
    // Every other value becomes the key of the next one.
    put: (value, n) => {
      if (n % 2 === 0) mapSet(object, (held = value), n);
      else mapSet(object, held, value);
    },
  };
}

const makers: Record<string, Maker> = {
  object: ({ variant }) => holder({}, variant),
  "null prototype": ({ variant }) => holder(Object.create(null) as object, variant),
  "data prototype": ({ variant }) => {
    const object = {};
    return first(
      object,
      (value) => void Reflect.setPrototypeOf(object, typeof value === "object" ? value : null),
      variant,
    );
  },
  "hidden properties": ({ variant }) => {
    const object = {};
    return {
      object,
      put: (value, n) =>
        void Object.defineProperty(object, keys[(variant + n) % keys.length]!, {
          value,
          writable: ((variant + n) & 1) === 0,
          enumerable: ((variant + n) & 2) === 0,
          configurable: true,
        }),
    };
  },
  "symbol keys": ({ variant }) => {
    const object = {};
    return {
      object,
      put: (value, n) =>
        void Object.defineProperty(object, Symbol(`key ${(variant + n) % 3}`), {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        }),
    };
  },
  array: () => {
    const object: unknown[] = [];
    return { object, put: (value) => void object.push(value) };
  },
  "array with holes": ({ variant }) => {
    const object: unknown[] = [];
    object.length = variant % 7;
    return {
      object,
      put: (value, n) =>
        n % 3 === 2 ? own(object, `p${n}`, value) : void (object[n * 2 + (variant % 3)] = value),
    };
  },
  "sparse array": ({ variant }) => {
    const object: unknown[] = [];
    object.length = 1e9 + variant;
    return { object, put: (value, n) => void (object[1000 * (variant + n)] = value) };
  },
  "array subclass": ({ variant }) => {
    const object = new exotic[variant % 2 === 0 ? "Vector" : "HostileArray"]() as object;
    return { object, put: (value, n) => own(object, n, value) };
  },
  Map: () => mapShell(new Map()),
  "Map subclass": ({ variant }) =>
    mapShell(
      variant % 2 === 0 ? (new exotic["LabelledMap"]("l") as object) : (new exotic["HostileMap"]() as object),
    ),
  Set: () => {
    const object = new Set<unknown>();
    return { object, put: (value) => void object.add(value) };
  },
  "Set subclass": ({ variant }) => {
    const object = new exotic[variant % 2 === 0 ? "TagSet" : "HostileSet"]() as object;
    return { object, put: (value) => setAdd(object, value) };
  },
  Date: ({ variant }) => holder(new Date(variant % 5 === 0 ? NaN : variant * 1e9), variant),
  "Date subclass": ({ variant }) => holder(new exotic["Stamp"](variant) as object, variant),
  RegExp: ({ variant }) => {
    const object = new RegExp(
      ["a", "/", "[/]\n", "`$x`"][variant % 4]!,
      ["", "g", "iy", "dgimsu"][variant % 4],
    );
    return first(object, (value) => ((object as { lastIndex: unknown }).lastIndex = value), variant);
  },
  "RegExp subclass": ({ variant }) => holder(new exotic["Pattern"]("a", "g") as object, variant),
  Error: ({ variant }) => {
    const object = new errorClasses[variant % errorClasses.length]!(variant % 3 === 0 ? undefined : "m", {
      cause: null,
    });
    return first(object, (cause) => (object.cause = cause), variant);
  },
  AggregateError: ({ variant }) => {
    const object = new AggregateError([]);
    return first(object, (value) => void object.errors.push(value), variant);
  },
  "Error subclass": ({ variant }) => holder(new exotic["SimError"](variant) as object, variant),
  boxed: ({ variant }) => holder(Object(boxed[variant % boxed.length]) as object, variant),
  "boxed subclass": ({ variant }) =>
    holder(
      variant % 2 === 0 ? (new exotic["Money"](variant) as object) : (new exotic["Word"]("w") as object),
      variant,
    ),
  URL: ({ variant }) => {
    const object = new URL(`http://a/${variant}?x=${variant}`);
    const rest = holder(object, variant);
    return {
      object,
      put: (value, n) =>
        n === 0 && variant % 2 === 0 ? own(object, "params", object.searchParams) : rest.put(value, n),
    };
  },
  URLSearchParams: ({ variant }) => holder(new URLSearchParams(`a=${variant}&b=%20`), variant),
  ArrayBuffer: (making) => holder(buffer(making), making.variant),
  SharedArrayBuffer: (making) => holder(buffer(making, SharedArrayBuffer), making.variant),
  "typed array": (making) => view(making, viewKinds[making.variant % viewKinds.length]),
  "typed array subclass": (making) => view(making, exotic["Samples"]),
  DataView: (making) => view(making, DataView),
  Buffer: ({ variant }) =>
    holder(Buffer.from(variant % 2 === 0 ? "pooled" : new Uint8Array([1, 2, 3])), variant),
  NDArray: ({ variant }) => {
    const object = new NDArray({
      data: Float64Array.from({ length: 6 }, (_, i) => i * variant),
      shape: [2, 3],
      dtype: "float64",
    });
    const attributes = holder(object.attributes, 0);
    return { object, put: attributes.put };
  },
  instance: ({ variant }) => {
    const Class = [classes["FineGrid"], classes["Account"].Kind, Quantity, Mesh][variant % 4] as new (
      ...args: unknown[]
    ) => object;
    return holder(new Class(1, 2), variant);
  },
  "instance with setters": () => {
    const object = classes["Guarded"].make() as object;
    return { object, put: (value, n) => own(object, n === 0 ? "n" : `p${n}`, value) };
  },
  "instance without Object.prototype": ({ variant }) => holder(classes["Bare"].make(1) as object, variant),
  arguments: () => {
    const object = strictArguments(0, 0);
    return { object, put: (value, n) => own(object, n, value) };
  },
  "bound function": ({ variant, earlier }) => {
    const receiver = earlier[variant % (earlier.length || 1)];
    return holder(
      (things["collect"] as (...args: unknown[]) => unknown).bind(receiver, earlier.at(-1), variant),
      variant,
    );
  },
  "long array": ({ variant }) => {
    const object: unknown[] = Array.from({ length: 300 }, (_, i) =>
      variant % 2 === 0 ? i / 7 : { id: i, text: "some text of a row" },
    );
    return { object, put: (value) => void object.push(value) };
  },
};

/** Every kind of node that the generator makes. */
export const kinds: readonly string[] = Object.keys(makers);

// Plain objects and arrays are the most common in life, and what stands between odd ones.
const weights: Record<string, number> = {
  object: 8,
  array: 6,
  Map: 3,
  Set: 2,
  instance: 3,
  "long array": 0.3,
};

/** What is no node: primitives, and what is kept by reference. A unique symbol is the same wherever it stands in one graph. */
function leaves(): unknown[] {
  return [
    0,
    -0,
    1,
    2.5,
    NaN,
    Infinity,
    1e21,
    "",
    "text",
    "\ud800`${x}\u2028",
    "a\nb",
    true,
    false,
    null,
    undefined,
    12n,
    -(2n ** 70n),
    Symbol("unique"),
    Symbol(),
    Symbol.for("registered"),
    Symbol.asyncIterator,
    things["ready"],
    classes["Grid"],
    things["collect"],
    Math.max,
    Array.prototype,
    classes["Grid"].prototype,
    things["handlers"],
    Unit.of("metre"),
  ];
}
const leaf_count = leaves().length;

/** The recipe of a seed, made of `allowed` kinds. */
export function recipeOf(seed: number, allowed: readonly string[] = kinds): Recipe {
  const random = randomNumbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const total = allowed.reduce((sum, kind) => sum + (weights[kind] ?? 1), 0);
  const someKind = (): string => {
    let at = random() * total;
    return allowed.find((kind) => (at -= weights[kind] ?? 1) < 0) ?? allowed[0]!;
  };
  const size = below(20) === 0 ? 100 + below(200) : 1 + below(14);
  const linkage = random(); // How much of what is held are nodes: from trees of leaves to dense graphs.
  return Array.from({ length: size }, () => ({
    kind: someKind(),
    edges: Array.from({ length: below(5) }, () =>
      random() < linkage ? below(size) : -1 - below(leaf_count),
    ),
    variant: below(1000),
    integrity: (
      ["extensible", "extensible", "extensible", "extensible", "not extensible", "sealed", "frozen"] as const
    )[below(7)]!,
  }));
}

/** Makes the graph of a recipe; all nodes can be reached from what is returned. */
export function build(recipe: Recipe): unknown {
  // The stack of an Error belongs to the graph, and would say where this was called from.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make(recipe);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function make(recipe: Recipe): unknown {
  const leaf = leaves();
  const shells: Shell[] = [];
  for (const { kind, variant } of recipe)
    shells.push(makers[kind]!({ variant, earlier: shells.map(({ object }) => object) }));
  const made = (edge: number): unknown =>
    edge < 0 ? leaf[(-1 - edge) % leaf.length] : shells[edge % shells.length]!.object;
  recipe.forEach(({ edges }, i) => edges.forEach((edge, n) => shells[i]!.put(made(edge), n)));
  recipe.forEach(({ integrity }, i) => close(shells[i]!.object, integrity));
  return shells.map(({ object }) => object);
}

function close(object: object, integrity: Step["integrity"]): void {
  // Newer engines do not close a typed array whose length may change.
  if (integrity === "extensible" || !Reflect.preventExtensions(object)) return;
  // Elements of typed arrays cannot be fixed.
  if (integrity === "not extensible" || (ArrayBuffer.isView(object) && object.byteLength > 0)) return;
  if (integrity === "sealed") Object.seal(object);
  else Object.freeze(object);
}

/** What a set of recipes holds, by kind and by integrity. */
export function coverageOf(recipes: Iterable<Recipe>): Map<string, number> {
  const counts = new Map<string, number>(kinds.map((kind) => [kind, 0]));
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const recipe of recipes)
    for (const { kind, integrity } of recipe) {
      count(kind);
      if (integrity !== "extensible") count(`(${integrity})`);
    }
  return counts;
}

/** The smallest recipe, by greedy steps, that `fails` still holds for. */
export async function shrink(recipe: Recipe, fails: (recipe: Recipe) => Promise<boolean>): Promise<Recipe> {
  let best = recipe;
  for (let progress = true; progress;) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (!(await fails(candidate))) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

/** Recipes that are one step smaller, the boldest steps first. */
function* smaller(recipe: Recipe): Generator<Recipe> {
  for (let count = recipe.length >> 1; count >= 1; count >>= 1)
    for (let from = 0; from + count <= recipe.length && recipe.length > count; from += count)
      yield without(recipe, from, count);
  for (const [i, step] of recipe.entries()) {
    const replaced = (change: Partial<Step>): Recipe => recipe.with(i, { ...step, ...change });
    for (const n of step.edges.keys()) yield replaced({ edges: step.edges.toSpliced(n, 1) });
    for (const [n, edge] of step.edges.entries())
      if (edge !== -1) yield replaced({ edges: step.edges.with(n, -1) });
    if (step.integrity !== "extensible") yield replaced({ integrity: "extensible" });
    if (step.kind !== "object" && step.kind !== "array") yield replaced({ kind: "object" });
    if (step.variant !== 0) yield replaced({ variant: 0 });
  }
}

/** Takes nodes out; what held them holds a leaf instead. */
function without(recipe: Recipe, from: number, count: number): Recipe {
  const moved = (edge: number): number => (edge < from ? edge : edge < from + count ? -1 : edge - count);
  return recipe.toSpliced(from, count).map((step) => ({ ...step, edges: step.edges.map(moved) }));
}
