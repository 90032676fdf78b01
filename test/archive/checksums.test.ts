// Checksums in archives: kept in the module, compared when it is asked for.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  NDArray,
  Checkpoints,
  isPersistError,
  open,
  save,
  verify,
  writeArray,
  type SaveOptions,
} from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const noise = (n: number, seed = 1): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => Math.sin(seed * k * k));
const many = Array.from({ length: 120 }, (_, k) => noise(101, k));
const items = {
  psi: new NDArray({ data: noise(900), shape: [30, 30] }),
  log: noise(20_000, 2),
  list: [...noise(2000, 3)],
  many,
};

const isCorrupt = (error: unknown): boolean =>
  isPersistError(error, "PERSIST_CORRUPT") && /array log has the checksum/.test(error.message);

/** The file of arrays that is largest, where the array `log` lies. */
function largestIn(directory: string): string {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((name) => /\.(npy|npz|h5)$/.test(name))
    .toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0]!;
}

/** Changes one bit of an element of `log`. */
function damageLog(directory: string): void {
  const file = largestIn(directory);
  const bytes = readFileSync(file);
  const at = bytes.indexOf(Buffer.from(items.log.buffer).subarray(80_000, 80_064));
  assert.ok(at > 0);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
}

const FORMS: readonly (SaveOptions & { readonly title: string })[] = [
  { title: "npy", arrays: "npy" },
  { title: "npz", arrays: "npz" },
  { title: "HDF5", arrays: "hdf5" },
  { title: "a module with npy", form: "module", arrays: "npy" },
  { title: "compressed npz", arrays: "npz", compress: true },
  { title: "compressed HDF5", arrays: "hdf5", compress: true },
];

for (const { title, ...options } of FORMS)
  describe(`checksums in an archive: ${title}`, () => {
    let directory: string;
    let path: string;
    let module: string;

    before(async () => {
      directory = temporaryDirectory();
      ({ path: module } = await save(join(directory, "run"), items, { ...options, checksum: true }));
      path = join(directory, options.form === "module" ? "run.mjs" : "run");
    });

    it("are those that writeArray gives", async () => {
      const text = readFileSync(module, "utf8");
      const sum = await writeArray(join(temporaryDirectory(), "log.npy"), items.log, { checksum: true });
      assert.match(text, new RegExp(`^  log: '?"?${sum}`, "mu"));
      const sums = text.match(/"[0-9a-f]{32}"|'[0-9a-f]{32}'/gu);
      assert.equal(sums?.length, 3 + many.length);
    });

    it("are in the way of nobody who reads it", async () => {
      for (const verified of [false, true])
        for (const map of [false, true])
          assert.equal(difference(items, { ...(await open(path, { verify: verified, map })) }), null);
      assert.deepEqual(Object.keys(await open(path, { only: ["log"], verify: true })), ["log"]);
      assert.deepEqual((await verify(path)).problems, []);
      const program = `import { log } from ${JSON.stringify(pathToFileURL(module).href)}; console.log(log.at(-1))`;
      const seen = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
        encoding: "utf8",
      });
      assert.equal(Number(seen), items.log.at(-1));
    });

    if (options.compress !== true)
      it("tell that a bit has changed", async () => {
        damageLog(directory);
        assert.notEqual(difference(items.log, (await open(path))["log"]), null, "an element is another");
        for (const map of [false, true]) await assert.rejects(open(path, { verify: true, map }), isCorrupt);
        await assert.rejects(open(path, { verify: true, only: ["log"] }), isCorrupt);
        await open(path, { verify: true, only: ["psi", "many"] });
        const { problems } = await verify(path);
        assert.ok(problems.some(({ code, message }) => code === "PERSIST_CORRUPT" && /log/.test(message)));
      });
  });

describe("checksums in an archive", () => {
  it("are not there where nobody asked for them, and then nothing is compared", async () => {
    const path = join(temporaryDirectory(), "run");
    const { path: module } = await save(path, items);
    assert.doesNotMatch(readFileSync(module, "utf8"), /[0-9a-f]{32}/);
    damageLog(path);
    assert.equal((await open(path, { verify: true, map: false }))["log"] instanceof Float64Array, true);
  });

  it("are refused where they are none", async () => {
    const path = join(temporaryDirectory(), "run");
    const { path: module } = await save(path, { log: items.log }, { checksum: true });
    const text = readFileSync(module, "utf8");
    writeFileSync(module, text.replace(/['"][0-9a-f]{32}['"]/, "7"));
    await assert.rejects(open(path), (error) => isPersistError(error, "PERSIST_FORMAT"));
    // a person may take one out, and whoever replaces an array by hand has to
    writeFileSync(module, text.replace(/ {2}log: ['"][0-9a-f]{32}['"],\n/, ""));
    assert.equal(difference({ log: items.log }, { ...(await open(path, { verify: true })) }), null);
  });

  it("are those of a checkpoint, too", async () => {
    const directory = join(temporaryDirectory(), "run");
    await using checkpoints = await Checkpoints.open(directory);
    for (const step of [1, 2]) await (await checkpoints.save(step, items)).durable;
    assert.equal(difference(items, { ...(await checkpoints.open(2, { verify: true })) }), null);
    damageLog(join(directory, "step-000000002"));
    await assert.rejects(checkpoints.open(2, { verify: true }), isCorrupt);
    await checkpoints.open(2);
  });
});
