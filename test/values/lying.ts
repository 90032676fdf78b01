// Objects that lie about what they are. They are kept by their internal slots, and no code of theirs runs.
import { importFromProject } from "../support/project.ts";
import type { Kept } from "./case.ts";

const lying = await importFromProject("./lying.mjs");
const { Liar, NotAPattern, NotADate, NotAMap } = lying;

/** How often code of a lying class has run. */
export function liesTold(): number {
  return (lying["ran"] as { count: number }).count;
}

const own = (key: PropertyKey, value: unknown, object: object = {}): object =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

export const liars: Kept[] = [
  { name: "lying: class with every hook", make: () => new Liar() as object },
  {
    name: "lying: class with every hook, in a cycle",
    make: () => cyclic(new Liar() as Record<string, unknown>),
  },
  {
    name: "lying: class with every hook, as Map key",
    make: () => new Map([[new Liar() as object, new Set([new Liar() as object])]]),
  },
  { name: "lying: not a RegExp", make: () => new NotAPattern() as object },
  { name: "lying: not a Date", make: () => new NotADate() as object },
  { name: "lying: not a Map", make: () => new NotAMap() as object },
  {
    name: "lying: own toStringTag",
    make: () => ["Map", "Date", "Array", "Promise"].map((tag) => own(Symbol.toStringTag, tag)),
  },
  { name: "lying: a Map tagged as a Set", make: () => own(Symbol.toStringTag, "Set", new Map([[1, 2]])) },
  {
    name: "lying: own constructor",
    make: () => [
      own("constructor", Map),
      own("constructor", null),
      own("constructor", { name: "x; process.exit()" }),
    ],
  },
  { name: "lying: array named otherwise", make: () => own("constructor", Set, [1, 2]) },
  {
    name: "lying: own mark of an NDArray on plain data",
    make: () => own(Symbol.for("persist-archive.NDArray"), false, { data: 1 }),
  },
  {
    name: "lying: code for a name",
    make: () => own("name", "x(); process.exit(1)", Object.create(Liar.prototype as object) as object),
  },
];

function cyclic(value: Record<string, unknown>): object {
  value["x"] = value;
  return value;
}
