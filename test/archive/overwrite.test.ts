// What is there already: archives are replaced only when asked to, anything else never, and old files stay as long as someone may want them.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isPersistError, open, save, type SaveOptions } from "persist-archive";
import { moduleLayout, packageLayout } from "#dist/archive/layout.js";
import { planItems } from "#dist/archive/plan.js";
import { publishModule } from "#dist/archive/publish.js";
import { storeArrays } from "#dist/archive/store-arrays.js";
import { loaderName } from "#dist/store/loader.js";
import { difference } from "../support/isomorphic.ts";
import type { Members } from "../support/project.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ramp = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i / 7);

const exists = (error: unknown): boolean =>
  isPersistError(error, "PERSIST_EXISTS") && error.file !== undefined;

/** Runs with a clock that is ahead: the times of files come from the kernel and cannot be set. */
const later = async <T>(by_ms: number, run: () => Promise<T>): Promise<T> => {
  const now = Date.now;
  return withClock(() => now() + by_ms, run);
};

/** Runs with a clock that stands where a file has this age, however long the disk takes. */
const atAge = async <T>(file: string, age_ms: number, run: () => Promise<T>): Promise<T> => {
  const time_ms = statSync(file).ctimeMs + age_ms;
  return withClock(() => time_ms, run);
};

async function withClock<T>(clock: () => number, run: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = clock;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}

for (const form of ["package", "module"] as const) {
  describe(`a ${form} that is there already`, () => {
    let directory: string;
    let path: string;
    let arrays: string;
    beforeEach(() => {
      directory = temporaryDirectory();
      path = join(directory, "run");
      arrays = join(directory, form === "package" ? "run/_arrays" : "run_arrays");
    });
    const write = (length: number, options: SaveOptions = {}) =>
      save(path, { psi: ramp(length), length }, { form, overwrite: true, ...options });
    const read = async (): Promise<Members> => ({ ...(await open(path)) });

    it("is left alone without overwrite", async () => {
      await save(path, { psi: ramp(200) }, { form });
      const before = readdirSync(directory, { recursive: true });
      await assert.rejects(save(path, { psi: ramp(300) }, { form }), exists);
      assert.deepEqual(readdirSync(directory, { recursive: true }), before);
      assert.equal(difference({ psi: ramp(200) }, await read()), null);
    });

    it("is replaced with overwrite, under a new name for the array's file", async () => {
      const first = await write(200);
      const old = readFileSync(join(arrays, "psi.npy"));
      const second = await write(300);
      assert.equal(difference({ psi: ramp(300), length: 300 }, await read()), null);
      assert.deepEqual(
        readFileSync(join(arrays, "psi.npy")),
        old,
        "a file that an index named is never written again",
      );
      assert.notDeepEqual(second.files, first.files);
    });

    it("may be replaced by one without arrays, by HDF5, and back", async () => {
      await write(200);
      await save(path, { a: 1 }, { form, overwrite: true });
      assert.deepEqual(await read(), { a: 1 });
      await write(300, { arrays: "hdf5" });
      assert.equal(difference({ psi: ramp(300), length: 300 }, await read()), null);
      await write(400);
      assert.equal(difference({ psi: ramp(400), length: 400 }, await read()), null);
    });

    it("keeps old files for a minute, and those of the generation before for as long as that is the one before", async () => {
      for (const length of [200, 300, 400]) await write(length);
      assert.deepEqual(readdirSync(arrays).toSorted(), ["psi-2.npy", "psi-3.npy", "psi.npy"]);
      await atAge(join(arrays, "psi.npy"), 59_000, () => write(500));
      assert.deepEqual(readdirSync(arrays).toSorted(), ["psi-2.npy", "psi-3.npy", "psi-4.npy", "psi.npy"]);
      // psi-4 is named by the module just replaced, whatever its age
      await atAge(join(arrays, "psi-4.npy"), 65_000, () => write(600));
      assert.deepEqual(readdirSync(arrays).toSorted(), ["psi-4.npy", "psi-5.npy"]);
      assert.equal(difference({ psi: ramp(600), length: 600 }, await read()), null);
    });

    it("keeps what other programs put beside its files, however old", async () => {
      await write(200);
      const foreign = [join(arrays, "notes.txt"), join(arrays, "picture.png"), join(directory, "other.mjs")];
      for (const file of foreign) writeFileSync(file, "mine");
      await later(3_600_000, () => write(300));
      await later(3_600_000, () => write(400));
      for (const file of foreign) assert.equal(readFileSync(file, "utf8"), "mine");
    });

    it("loses what a killed save has left, after a minute", async () => {
      await write(200);
      const inside =
        form === "package"
          ? join(path, ".index.js.0123456789abcdef.tmp")
          : join(directory, ".run.mjs.0123456789abcdef.tmp");
      writeFileSync(inside, "torn");
      const building = join(directory, ".run.0123456789abcdef.tmp");
      if (form === "package") {
        mkdirSync(join(building, "_arrays"), { recursive: true });
        writeFileSync(join(building, "_arrays", "psi.npy"), "torn");
      }
      const alike = join(directory, ".run.txt.tmp");
      writeFileSync(alike, "mine");
      await write(300);
      assert.ok(existsSync(inside), "it may be at work");
      assert.equal(existsSync(building), form === "package");
      await later(65_000, () => write(400));
      assert.ok(!existsSync(inside));
      assert.ok(!existsSync(building));
      assert.ok(existsSync(alike));
    });

    it("is whole for whoever reads it, while it is replaced again and again", async function () {
      await write(200);
      let writing = true;
      const writer = (async () => {
        for (let length = 201; length < 230; length++) await write(length, { durability: "process" });
        writing = false;
      })();
      let reads = 0;
      for (; writing; reads++) {
        const { psi, length } = (await read()) as { psi: Float64Array; length: number };
        assert.equal(difference(ramp(length), Float64Array.from(psi)), null);
      }
      await writer;
      assert.ok(reads > 5, `${reads} reads`);
    });

    it("ends as one of two, when two are saved at once", async () => {
      const outcomes = await Promise.allSettled([write(200), write(300)]);
      assert.ok(outcomes.some(({ status }) => status === "fulfilled"));
      for (const outcome of outcomes)
        if (outcome.status === "rejected") assert.ok(exists(outcome.reason), String(outcome.reason));
      const { psi, length } = (await read()) as { psi: Float64Array; length: number };
      assert.equal(psi.length, length);
    });

    it("is made by one of those who save it for the first time at once", async () => {
      for (let round = 0; round < 10; round++) {
        const here = join(directory, `round-${round}`);
        const outcomes = await Promise.allSettled(
          [200, 300, 400].map((length) => save(here, { psi: ramp(length), length }, { form })),
        );
        const won = outcomes.flatMap(({ status }, i) =>
          status === "fulfilled" ? [[200, 300, 400][i]!] : [],
        );
        assert.equal(won.length, 1, `${won.length} of three saves won`);
        for (const outcome of outcomes)
          if (outcome.status === "rejected") assert.ok(exists(outcome.reason), String(outcome.reason));
        const items = await open(here);
        assert.equal(difference({ psi: ramp(won[0]!), length: won[0]! }, { ...items }), null);
        assert.deepEqual(
          readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith(".tmp")),
          [],
        );
      }
    });

    it("is not replaced by a save that took so long that another one took its files for a dead one's", async () => {
      await write(200);
      const layout = form === "package" ? packageLayout(path) : moduleLayout(path);
      const plan = planItems({ psi: ramp(300), length: 300 }, { arrayThreshold: 100 });
      const now = Date.now;
      const long = publishModule(layout, {
        plan,
        durability: "process",
        overwrite: true,
        storeArrays: async (into, written) => {
          const options = { format: "npy", durability: "process" } as const;
          const stored = await storeArrays(plan.arrays, into, options, written);
          Date.now = () => now() + 65_000;
          await write(400);
          return stored;
        },
      });
      await assert
        .rejects(long, (error) => isPersistError(error, "PERSIST_CONFLICT"))
        .finally(() => (Date.now = now));
      assert.equal(difference({ psi: ramp(400), length: 400 }, await read()), null);
    });

    it("is kept with backup, whole and of use, until the next one takes its place", async () => {
      const report = await write(200);
      const name = form === "package" ? "run/index.bak.js" : "run.bak.mjs";
      const backup = join(directory, name);
      await write(300, { backup: true });
      assert.equal(difference({ psi: ramp(200), length: 200 }, { ...(await open(backup)) }), null);
      const imported = (await import(pathToFileURL(backup).href)) as Members;
      assert.equal(imported["length"], 200);
      // its files stay, however old, as long as it is there
      for (const length of [400, 500]) await later(3_600_000, () => write(length));
      assert.equal(difference({ psi: ramp(200), length: 200 }, { ...(await open(backup)) }), null);
      await write(600, { backup: true });
      assert.equal(difference({ psi: ramp(500), length: 500 }, { ...(await open(backup)) }), null);
      assert.equal(difference({ psi: ramp(600), length: 600 }, await read()), null);
      assert.ok(report.path !== backup);
      await assert.rejects(save(path, { a: 1 }, { form, backup: true }), TypeError);
    });

    it("gets a whole loader in the place of a torn one", async () => {
      await write(200);
      const loader = join(
        directory,
        form === "package" ? join("run", loaderName("package")) : loaderName("module", "run"),
      );
      const text = readFileSync(loader, "utf8");
      writeFileSync(loader, text.slice(0, 1000));
      const report = await write(300);
      assert.equal(readFileSync(loader, "utf8"), text);
      const imported = (await import(pathToFileURL(report.path).href)) as Members;
      assert.equal(imported["psi"].length, 300);
    });

    it("is not taken for one where a person wrote the module, and stays", async () => {
      const module = join(directory, form === "package" ? "run/index.js" : "run.mjs");
      if (form === "package") mkdirSync(path);
      writeFileSync(module, "export const precious = 1;\n");
      for (const overwrite of [false, true])
        await assert.rejects(save(path, { a: 1 }, { form, overwrite }), exists);
      assert.equal(readFileSync(module, "utf8"), "export const precious = 1;\n");
      assert.deepEqual(readdirSync(directory, { recursive: true }).length, form === "package" ? 2 : 1);
    });

    it("is one still with a comment of a person's above it", async () => {
      const report = await write(200);
      writeFileSync(report.path, `// the good run\n${readFileSync(report.path, "utf8")}`);
      await write(300);
      assert.equal((await read())["length"], 300);
    });
  });
}

describe("a directory of somebody else's", () => {
  it("is left alone, with and without overwrite", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "work");
    mkdirSync(path);
    writeFileSync(join(path, "thesis.tex"), "precious");
    for (const overwrite of [false, true]) await assert.rejects(save(path, { a: 1 }, { overwrite }), exists);
    assert.deepEqual(readdirSync(directory, { recursive: true, encoding: "utf8" }).toSorted(), [
      "work",
      join("work", "thesis.tex"),
    ]);
    assert.equal(readFileSync(join(path, "thesis.tex"), "utf8"), "precious");
  });

  it("is left alone where it is a file", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "run"), "precious");
    for (const overwrite of [false, true])
      await assert.rejects(save(join(directory, "run"), { a: 1 }, { overwrite }), exists);
    assert.deepEqual(readdirSync(directory), ["run"]);
  });

  it("is not entered through a file in the place of a directory above", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "precious");
    await assert.rejects(save(join(directory, "file", "run"), { a: 1 }), (error) =>
      isPersistError(error, "PERSIST_IO"),
    );
    assert.deepEqual(readdirSync(directory), ["file"]);
  });
});
