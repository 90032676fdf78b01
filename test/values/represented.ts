// Classes that say by `[represent]` how they are written, and the n-dimensional arrays of other libraries.
import { importFromProject } from "../support/project.ts";
import { family } from "./case.ts";
import type { Kept } from "./case.ts";

const { Safe, Unit } = await importFromProject("./represented.mjs");
const { scijs, zarrita, npyjs } = await importFromProject("./ecosystem.mjs");

interface Readable {
  read(): unknown;
}

const read = (value: unknown): unknown => (value as Readable).read();

const range = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i / 3);

export const represented: Kept[] = [
  ...family(
    "represented",
    { text: () => new Safe("secret") as object, object: () => new Safe({ deep: [1] }) as object },
    { view: read },
  ),
  ...family(
    "represented",
    {
      shared: () => {
        const safe = new Safe(1) as object;
        return [safe, { safe }];
      },
    },
    { view: (value) => [value, read((value as unknown[])[0])] },
  ),
  ...family(
    "represented",
    {
      "holding what is shared": () => {
        const o = { n: 1 };
        return [new Safe(o) as object, o];
      },
    },
    { view: (value) => [read((value as unknown[])[0]), (value as unknown[])[1]] },
  ),
  {
    name: "represented: one in another",
    make: () => new Safe(new Safe(7)) as object,
    view: (value) => read(read(value)),
  },
  {
    name: "represented: call of a static method",
    make: () => Unit.of("metre") as object,
    references: [Unit.of("metre")],
  },
  ...family(
    "other libraries' arrays",
    {
      scijs: () => scijs(range(6), [2, 3], [3, 1], 0) as object,
      "scijs, transposed window": () => scijs(range(20), [2, 3], [1, 5], 2) as object,
      zarrita: () => zarrita(range(6), [2, 3], [3, 1]) as object,
      npyjs: () => npyjs(range(6), [2, 3]) as object,
      large: () => zarrita(range(5000), [50, 100], [100, 1]) as object,
    },
    { options: { ndarrays: "shaped" } },
  ),
];
