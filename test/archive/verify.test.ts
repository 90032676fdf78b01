// verify(path): what is wrong is told, whatever lies there.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, readdirSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Checkpoints,
  DataSet,
  isPersistError,
  save,
  verify,
  writeArray,
  type Verification,
} from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const data = Float64Array.from({ length: 5000 }, (_, k) => Math.sin(k));
const codes = ({ ok, problems }: Verification): string[] => {
  assert.equal(ok, problems.length === 0);
  return problems.map(({ code }) => code.slice("PERSIST_".length));
};
/** Changes the byte at a place from the end. */
function damage(file: string, fromEnd: number): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - fromEnd]! ^= 0x10;
  writeFileSync(file, bytes);
}

describe("verify", () => {
  let directory: string;
  beforeEach(() => (directory = temporaryDirectory()));

  for (const arrays of ["npy", "npz", "hdf5"] as const) {
    it(`looks at an archive with arrays in ${arrays}, and at what its text names`, async () => {
      for (const [path, single] of [
        ["a", false],
        ["b.mjs", true],
      ] as const) {
        const whole = join(directory, path);
        const items = single
          ? { x: { data } }
          : { x: data, y: { deep: [data.slice(0, 300)] }, when: new Date(0) };
        const { files, size_bytes } = await save(whole, items, {
          arrays,
          ...(single ? { form: "module" } : {}),
        });
        const found = await verify(whole);
        assert.deepEqual(codes(found), []);
        assert.ok(found.checked.files >= 2 && found.checked.bytes > 40_000 && size_bytes > 40_000);
        const file = files
          .map(({ name }) => join(single ? directory : whole, name))
          .find((name) => /\.(npy|npz|h5)$/.test(name))!;
        truncateSync(file, readFileSync(file).length - 9);
        assert.ok(codes(await verify(whole)).every((code) => /TRUNCATED|CORRUPT|FORMAT/.test(code)));
        assert.equal((await verify(whole)).ok, false);
        unlinkSync(file);
        assert.ok(codes(await verify(whole)).includes("NOT_FOUND"));
      }
    });
  }

  it("finds damage in npz arrays by their checksums, and in the text", async () => {
    const path = join(directory, "a");
    await save(path, { x: data }, { arrays: "npz" });
    const file = join(path, "_arrays", readdirSync(join(path, "_arrays"))[0]!);
    damage(file, 5000);
    assert.deepEqual(codes(await verify(path)), ["CORRUPT"]);
    appendFileSync(join(path, "index.js"), "process.exit(1);\n");
    assert.ok(codes(await verify(path)).includes("UNTRUSTED_CODE"));
    writeFileSync(join(path, "index.js"), "export const x = [1, 2;\n");
    assert.deepEqual(codes(await verify(path)), ["SYNTAX"]);
  });

  it("needs no imports of an archive, and looks at them where they are allowed", async () => {
    const path = join(directory, "a");
    await save(path, { x: data });
    const text = readFileSync(join(path, "index.js"), "utf8");
    writeFileSync(
      join(path, "index.js"),
      `${text}import { Grid } from "my-sim";\nexport const g = { __proto__: Grid.prototype };\n`,
    );
    assert.deepEqual(codes(await verify(path)), []);
    assert.deepEqual(codes(await verify(path, { modules: { "my-sim": { Grid: class {} } } })), []);
    assert.ok(codes(await verify(path, { modules: { "my-sim": {} } })).length > 0);
    unlinkSync(join(path, "_arrays/x.npy"));
    assert.deepEqual(codes(await verify(path)), ["NOT_FOUND"]);
  });

  it("looks at files of arrays", async () => {
    const file = (name: string): string => join(directory, name);
    await writeArray(file("a.npy"), data);
    for (const name of ["x", "y"]) {
      await writeArray(`${file("a.npz")}#${name}`, data);
      await writeArray(`${file("z.npz")}#${name}`, data, { compress: true });
      await writeArray(`${file("a.h5")}#${name}`, data);
      await writeArray(`${file("z.h5")}#${name}`, data, { compress: true });
    }
    python(
      `
with h5py.File(given, "w") as f:
    f.create_dataset("x", data=np.arange(1000.0), chunks=(100,), fletcher32=True)
    f.create_dataset("lists", data=np.array([np.arange(2), np.arange(3)], dtype=object), dtype=h5py.vlen_dtype(int))`,
      file("sums.h5"),
    );
    for (const name of readdirSync(directory)) {
      const found = await verify(file(name));
      assert.deepEqual(codes(found), [], name);
      assert.deepEqual(found.checked, { files: 1, bytes: readFileSync(file(name)).length });
    }
    assert.deepEqual(codes(await verify(file("sums.h5"), { untrusted: true })), []);
    const bytes = readFileSync(file("sums.h5"));
    const within = bytes.length - bytes.indexOf(new Uint8Array(Float64Array.of(777).buffer)) - 3;
    for (const [name, fromEnd, code] of [
      ["a.npz", 20_000, "CORRUPT"],
      ["z.npz", 20_000, /CORRUPT|FORMAT/],
      ["z.h5", 5000, "CORRUPT"],
      ["sums.h5", within, "CORRUPT"],
    ] as const) {
      damage(file(name), fromEnd);
      const [first] = codes(await verify(file(name)));
      assert.match(first ?? "nothing", new RegExp(code), name);
    }
    appendFileSync(file("a.npy"), "more");
    assert.deepEqual(codes(await verify(file("a.npy"))), ["CORRUPT"]);
    truncateSync(file("a.npy"), 1000);
    assert.deepEqual(codes(await verify(file("a.npy"))), ["TRUNCATED"]);
    await assert.rejects(verify(file("none.npy")), (error) => isPersistError(error, "PERSIST_NOT_FOUND"));
    await assert.rejects(verify(file("none")), (error) => isPersistError(error, "PERSIST_NOT_FOUND"));
    await assert.rejects(verify(file("a.h5"), { signal: AbortSignal.abort() }), { name: "AbortError" });
  });

  it("looks at data sets, series of checkpoints, and steps", async () => {
    const runs = join(directory, "runs");
    const set = await DataSet.open(runs, { mode: "a" });
    await set.insert({ a: { x: data } });
    await set.close();
    assert.deepEqual(codes(await verify(runs)), []);
    const array = readdirSync(runs).find((name) => name.endsWith(".npy"))!;
    damage(join(runs, array), 100);
    assert.deepEqual(codes(await verify(runs)), ["CORRUPT"]);

    const series = join(directory, "series");
    const checkpoints = await Checkpoints.open(series);
    await checkpoints.save(1, { x: data });
    await checkpoints.close();
    assert.deepEqual(codes(await verify(series)), []);
    const step = join(series, "step-000000001");
    assert.deepEqual(codes(await verify(step)), []);
    damage(join(step, "_arrays/x.npy"), 100);
    assert.deepEqual(codes(await verify(series)), ["CORRUPT"]);
    assert.deepEqual(codes(await verify(step)), ["CORRUPT"]);
  });
});
