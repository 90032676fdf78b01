// A life of a data set: every way in which it can be changed, one after the other, with what must be in it after each. Faults are tried on each step.
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DataSet } from "persist-archive";
import { randomNumbers } from "../support/random.ts";

export type Durability = "full" | "group" | "process";

/** What is in a data set: of each item its value and info. */
export type Content = ReadonlyMap<string, { readonly value: unknown; readonly info: unknown }>;

export interface Step {
  readonly name: string;
  /** An item that a person has edited before, by {@link editByHand}. */
  readonly edited?: string;
  readonly run: (set: DataSet) => Promise<unknown>;
  /** The content after the step, from that before. */
  readonly expect: (content: Map<string, { value: unknown; info: unknown }>) => unknown;
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

/** What a person does to an item, and what the set does about it. It is no step of {@link STEPS}: a crash may undo what a person did. */
export const REPAIR: Step = {
  name: "repair",
  edited: "c",
  run: (set) => set.repair(),
  expect: (content) => content.set("c", { value: "edited", info: content.get("c")!.info }),
};

/** Puts another text in the place of an item, as an editor does. */
export function editByHand(path: string, name: string): void {
  writeFileSync(join(path, `${name}.js~`), '// persist-archive format 1\nexport default "edited";\n');
  renameSync(join(path, `${name}.js~`), join(path, `${name}.js`));
}

/** Nothing is kept for the sake of time: a compaction also removes what is superseded. */
export const OPTIONS = { grace_ms: 0 } as const;

/** The life above for 0, else a random one that the number determines. */
export function stepsOf(script: number): readonly Step[] {
  if (script === 0) return STEPS;
  const next = randomNumbers(script);
  const below = (limit: number): number => Math.floor(next() * limit);
  const steps: Step[] = [];
  /** What is there by then, so that every step can be done. */
  const content = new Map<string, { value: unknown; info: unknown }>();
  const existing = (): string => [...content.keys()][below(content.size)]!;
  while (steps.length < 9) {
    const k = steps.length;
    const value = next() < 0.5 ? ramp(101 + k) : { k };
    const edits: Edit[] = Array.from({ length: next() < 0.3 ? 3 : 1 }, (_, i) => {
      const kind = content.size < 2 ? 0 : below(5);
      const made = editOf(kind, content.size === 0 ? "" : existing(), `n${k}_${i}`, value, { k });
      made.expect(content);
      return made;
    });
    steps.push({
      name: `step ${k}`,
      run: (set) =>
        edits.length === 1
          ? edits[0]!.run(set)
          : set.transaction(async (t) => {
              for (const edit of edits) await edit.run(t);
            }),
      expect: (map) => edits.forEach((edit) => edit.expect(map)),
    });
    if (next() < 0.2) steps.push({ name: "compact", run: (set) => set.compact(), expect: () => {} });
  }
  return steps;
}

/** One change, by a data set or in a transaction. */
interface Edit {
  readonly run: (set: Pick<DataSet, "insert" | "set" | "setInfo" | "delete" | "rename">) => Promise<unknown>;
  readonly expect: Step["expect"];
}

function editOf(kind: number, old: string, name: string, value: unknown, info: object): Edit {
  switch (kind) {
    case 0:
      return {
        run: (set) => set.insert({ [name]: value }, { info }),
        expect: (map) => map.set(name, { value, info }),
      };
    case 1:
      return {
        run: (set) => set.set(old, value),
        expect: (map) => map.set(old, { value, info: map.get(old)!.info }),
      };
    case 2:
      return {
        run: (set) => set.setInfo(old, info),
        expect: (map) => map.set(old, { value: map.get(old)!.value, info }),
      };
    case 3:
      return { run: (set) => set.delete(old), expect: (map) => map.delete(old) };
    default:
      return {
        run: (set) => set.rename(old, name),
        expect: (map) => {
          map.set(name, map.get(old)!);
          map.delete(old);
        },
      };
  }
}

/** The content before the first step, after it, and so on. */
export function contents(steps: readonly Step[]): Content[] {
  const out: Content[] = [new Map()];
  for (const { expect } of steps) {
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
