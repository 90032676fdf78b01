// Lives on a machine that loses its power. Here a part of what may be left; `npm run crash-states` looks at more, and leaves out every sync.
import assert from "node:assert/strict";
import { explore, record, withoutSync } from "./crash-states.ts";
import { lifeOf } from "./life.ts";
import type { Durability } from "./script.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Those of its syncs that are left out here are the ones whose lack is noticed soon. */
const LIVES: readonly {
  readonly title: string;
  readonly life: string;
  readonly durabilities: readonly Durability[];
  readonly syncs: readonly string[];
}[] = [
  {
    title: "the package of an archive",
    life: "package",
    durabilities: ["full"],
    syncs: ["the array files", "the array loader", "the directory"],
  },
  {
    title: "the module of an archive",
    life: "module",
    durabilities: ["full"],
    syncs: ["the array files", "the array loader", "the directory"],
  },
  {
    title: "a data set",
    life: "set",
    durabilities: ["full", "group"],
    syncs: ["the module of a version", "the directory", "the journal", "the directory of a new set"],
  },
  {
    title: "a series of checkpoints",
    life: "checkpoints",
    durabilities: ["full"],
    syncs: ["the array files", "the manifest", "the module", "the trajectory", "the series"],
  },
];

for (const { title, life, durabilities, syncs } of LIVES)
  describe(`${title} after a power cut (SEED=${SEED})`, function () {
    this.timeout(60_000);

    for (const durability of durabilities)
      it(`has what was acknowledged, and nothing half there (${durability})`, async () => {
        const { states, violations } = await explore(life, record(life, durability), {
          most: 8,
          seed: SEED,
          limit: 120,
        });
        assert.deepEqual([...violations], []);
        assert.ok(states > 120, `${states} states`);
      });

    for (const what of syncs)
      it(`would lose something without the sync of ${what}`, async () => {
        const operations = withoutSync(record(life, "full"), lifeOf(life).syncs.get(what)!);
        const { violations } = await explore(life, operations, { most: 40, seed: SEED, stopAtFirst: true });
        assert.ok(violations.size > 0, "nothing notices that it is missing");
      });
  });
