// Classes that say by `[represent]` how they are written.
import { importFromProject } from "../support/project.ts";
import { family } from "./case.ts";
import type { Kept } from "./case.ts";

const { Safe, Unit } = await importFromProject("./represented.mjs");

interface Readable {
  read(): unknown;
}

const read = (value: unknown): unknown => (value as Readable).read();

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
];
