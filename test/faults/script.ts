// A life of a data set: every way in which it can be changed, one after the other, with what must be in it after each. Faults are tried on each step.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { DataSet } from "persist-archive";

export type Durability = "full" | "group" | "process";

/** What is in a data set: of each item its value and info. */
export type Content = ReadonlyMap<string, { readonly value: unknown; readonly info: unknown }>;

interface Step {
  readonly name: string;
  readonly run: (set: DataSet) => Promise<unknown>;
  /** The content after the step, from that before. */
  readonly expect: (content: Map<string, { value: unknown; info: unknown }>) => void;
}

const ramp = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i / 7);

export const STEPS: readonly Step[] = [
  {
    name: "insert",
    run: (set) => set.insert({ a: { n: 1 }, psi: ramp(300) }, { info: { step: 1 } }),
    expect: (content) => {
      content.set("a", { value: { n: 1 }, info: { step: 1 } });
      content.set("psi", { value: ramp(300), info: { step: 1 } });
    },
  },
  {
    name: "add",
    run: (set) => set.add(ramp(200), { info: { step: 2 } }),
    expect: (content) => content.set("x_0", { value: ramp(200), info: { step: 2 } }),
  },
  {
    name: "overwrite",
    run: (set) => set.set("psi", { psi: ramp(400) }),
    expect: (content) => content.set("psi", { value: { psi: ramp(400) }, info: { step: 1 } }),
  },
  {
    name: "setInfo",
    run: (set) => set.setInfo("x_0", { step: 4 }),
    expect: (content) => content.set("x_0", { value: ramp(200), info: { step: 4 } }),
  },
  {
    name: "transaction",
    run: (set) =>
      set.transaction(async (t) => {
        await t.insert({ b: ramp(150), c: "c" });
        await t.delete("a");
        await t.rename("x_0", "y");
        await t.setInfo("psi", { step: 5 });
      }),
    expect: (content) => {
      content.set("b", { value: ramp(150), info: {} });
      content.set("c", { value: "c", info: {} });
      content.delete("a");
      content.set("y", content.get("x_0")!);
      content.delete("x_0");
      content.set("psi", { value: { psi: ramp(400) }, info: { step: 5 } });
    },
  },
  {
    name: "delete",
    run: (set) => set.delete("b"),
    expect: (content) => content.delete("b"),
  },
  {
    name: "compact",
    run: (set) => set.compact(),
    expect: () => {},
  },
  {
    name: "rename",
    run: (set) => set.rename("y", "z"),
    expect: (content) => {
      content.set("z", content.get("y")!);
      content.delete("y");
    },
  },
  {
    name: "set",
    run: (set) => set.set("c", [1, ramp(120)], { info: { step: 9 } }),
    expect: (content) => content.set("c", { value: [1, ramp(120)], info: { step: 9 } }),
  },
  {
    name: "clean",
    run: (set) => set.compact(),
    expect: () => {},
  },
];

/** Nothing is kept for the sake of time: a compaction also removes what is superseded. */
export const OPTIONS = { grace_ms: 0 } as const;

/** The content before the first step, after it, and so on. */
export function contents(): Content[] {
  const out: Content[] = [new Map()];
  for (const { expect } of STEPS) {
    const next = new Map(out.at(-1));
    expect(next);
    out.push(next);
  }
  return out;
}

/** Opens a data set, reads all of it, and gives which of `expected` is in it. Throws where none is. */
export async function findContent(path: string, expected: readonly Content[]): Promise<number> {
  const set = await DataSet.open(path);
  try {
    const found = new Map<string, { value: unknown; info: unknown }>();
    for await (const [name, info, get] of set) found.set(name, { value: await get({ map: false }), info });
    const at = expected.findIndex((content) => isDeepStrictEqual(content, found));
    assert.notEqual(at, -1, `none of the states that may be there, but ${[...found.keys()].join(", ")}`);
    return at;
  } finally {
    await set.close();
  }
}
