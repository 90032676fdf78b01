// An archive on a machine that loses its power while it is saved, in either form. Here a part of it; `npm run crash-states` does all.
import assert from "node:assert/strict";
import { explore, record, withoutSync } from "../faults/crash-states.ts";
import { lifeOf } from "../faults/life.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

for (const form of ["package", "module"] as const)
  describe(`the ${form} of an archive after a power cut (SEED=${SEED})`, function () {
    this.timeout(60_000);

    it("is what was acknowledged, or what was being saved, whole", async () => {
      const { states, violations } = await explore(form, record(form, "full"), {
        most: 8,
        seed: SEED,
        limit: 120,
      });
      assert.deepEqual([...violations], []);
      assert.ok(states > 120, `${states} states`);
    });

    it("would not be without its syncs", async () => {
      const operations = record(form, "full");
      for (const what of ["the array files", "the array loader", "the directory"]) {
        const path = lifeOf(form).syncs.get(what)!;
        const { violations } = await explore(form, withoutSync(operations, path), {
          most: 40,
          seed: SEED,
          stopAtFirst: true,
        });
        assert.ok(violations.size > 0, `nothing notices that the sync of ${what} is missing`);
      }
    });
  });
