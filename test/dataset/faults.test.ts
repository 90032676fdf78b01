// A data set on a disk that fails, in a process that dies, on a machine that loses its power. Here a part of it; `npm run sweep` and `npm run crash-states` do all.
import assert from "node:assert/strict";
import { runSweep } from "../faults/campaign.ts";
import { explore, record, SYNCS, withoutSync } from "../faults/crash-states.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

describe(`a data set that is changed in every way (SEED=${SEED})`, function () {
  this.timeout(180_000);

  it("has what was acknowledged, and nothing half there, whatever file operation fails or is the last", async () => {
    const { cases, failed, violations } = await runSweep(11, () => {});
    assert.deepEqual(violations, []);
    assert.ok(cases >= 150 && failed > cases / 3, `${cases} cases, of which ${failed} failed`);
  });

  for (const durability of ["full", "group"] as const)
    it(`has what was acknowledged, whatever a power cut has left (${durability})`, async () => {
      const operations = record(durability);
      const { states, violations } = await explore(operations, { most: 8, seed: SEED, limit: 120 });
      assert.deepEqual([...violations], []);
      assert.ok(states > 120, `${states} states`);
    });

  it("would lose something without its syncs", async () => {
    const operations = record("full");
    // the others take their time: in the long run
    for (const what of [
      "the module of a version",
      "the directory",
      "the journal",
      "the directory of a new set",
    ]) {
      const path = SYNCS.get(what)!;
      const { violations } = await explore(withoutSync(operations, path), {
        most: 40,
        seed: SEED,
        stopAtFirst: true,
      });
      assert.ok(violations.size > 0, `nothing notices that the sync of ${what} is missing`);
    }
  });
});
