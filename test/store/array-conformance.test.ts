// What every format of array files must do, through the public functions, with NumPy as the judge.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  NDArray,
  isPersistError,
  listArrays,
  mapArray,
  readArray,
  writeArray,
  type Progress,
} from "persist-archive";
import { dtype as lookUp } from "#dist/dtype.js";
import { native } from "#dist/native.js";
import { assertNoMoreThan, heldAtRest } from "../support/held.ts";
import { interrupted, shrink, shrinkable, transfer } from "../support/interrupted.ts";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { FORMATS } from "./array-formats.ts";
import { everyArray, everyMemory } from "./arrays.ts";

const MIB = 2 ** 20;

interface Seen {
  dtype: string;
  shape: number[];
  hex: string;
}

function seenIn(array: NDArray): Seen {
  const { data, dtype, shape } = array.contiguous();
  return {
    dtype,
    shape: [...shape],
    hex: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
  };
}

const DESCRIBE = `
def describe(a):
    a = np.asarray(a)
    little = a.astype(a.dtype.newbyteorder("<"), copy=False)
    return {"dtype": a.dtype.name if a.dtype.kind not in "SUV" else a.dtype.str[1:], "shape": list(a.shape), "hex": little.tobytes().hex()}
`;

const arrays = [...everyArray(), ...everyMemory()].map(({ name, dtype, shape, bytes }) => {
  const { Data } = lookUp(dtype);
  const length = bytes.byteLength / Data.BYTES_PER_ELEMENT;
  const isAligned = bytes.byteOffset % Data.BYTES_PER_ELEMENT === 0;
  const [buffer, offset] = isAligned ? [bytes.buffer, bytes.byteOffset] : [new Uint8Array(bytes).buffer, 0];
  const array = new NDArray({ data: new Data(buffer, offset, length), shape, dtype });
  return { name, array, seen: { dtype, shape: [...shape], hex: Buffer.from(bytes).toString("hex") } };
});

for (const { title, ending, isMany, compress, isMappable, unwritten = [], python: library } of FORMATS) {
  const pathOf = (directory: string, name: string): string =>
    isMany ? `${join(directory, `all${ending}`)}#${name}` : join(directory, `${name}${ending}`);
  const fileOf = (path: string): string => path.split("#")[0]!;
  const options = compress ? { compress } : {};
  const noise = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => Math.sin(k * k));

  describe(`array files: ${title}`, () => {
    it("hold every type and shape: read back here, and by NumPy, bit by bit", async () => {
      const directory = temporaryDirectory();
      for (const { name, array } of arrays) await writeArray(pathOf(directory, name), array, options);
      for (const { name, seen } of arrays) {
        const path = pathOf(directory, name);
        assert.deepEqual(seenIn(await readArray(path)), seen, name);
        assert.deepEqual(seenIn(await readArray(path, { map: true })), seen, name);
        const [info, ...more] = await listArrays(path);
        const { dtype, shape, size_bytes } = info!;
        assert.deepEqual([dtype, shape, size_bytes, more], [seen.dtype, seen.shape, seen.hex.length / 2, []]);
        assert.equal(info!.name, isMany ? name : "");
        // HDF5 has no chunks of what has no axes or no elements
        const isWhole = ending === ".h5" && (shape.length === 0 || size_bytes === 0);
        assert.equal(info!.mappable, isMappable || isWhole, name);
      }
      const given = arrays.map(({ name }) => [fileOf(pathOf(directory, name)), name]);
      const found = python<Seen[]>(
        `${library}${DESCRIBE}\nresult = [describe(load(*pair)) for pair in given]`,
        given,
      );
      for (const [k, { name, seen }] of arrays.entries()) assert.deepEqual(found[k], seen, name);
    });

    it("are read when NumPy has written them, in any order and byte order", async () => {
      const path = join(temporaryDirectory(), `theirs${ending}`);
      const program = `
${library}${DESCRIBE}
rng = np.random.default_rng(7)
result = {}
for code in [code for code in ["<f8", ">f8", "<c8", ">c16", ">i2", "<u4", ">u8", "?", ">f2", ">U4", "S3", ">M8[ms]", ">m8[h]"] if code not in ${JSON.stringify(unwritten)}]:
    for order in "CF":
        a = np.frombuffer(rng.integers(0, 2, 24 * np.dtype(code).itemsize, dtype=np.uint8).tobytes(), dtype=code).reshape(2, 3, 4)
        a = np.asarray(a, order=order)
        name = code.replace("<", "l").replace(">", "b") + order
        store(given if ${isMany ? "True" : "False"} else given[:-4] + name + ".npy", {name: a})
        result[name] = describe(a)
        ${isMany ? 'kept = globals().setdefault("kept", {}); kept[name] = a' : ""}
${isMany ? "store(given, kept)" : ""}
`;
      const expected = python<Record<string, Seen>>(program, path);
      for (const [name, seen] of Object.entries(expected)) {
        const theirs = isMany ? `${path}#${name}` : `${path.slice(0, -4)}${name}.npy`;
        const array = await readArray(theirs);
        assert.deepEqual(seenIn(array), seen, name);
        // HDF5 has one order
        if (name.endsWith("F") && ending !== ".h5") assert.equal(array.stride[0], 1);
        const selection = [1, [null, null, -1], [1, 4, 2]] as const;
        assert.deepEqual(
          seenIn(await readArray(theirs, { selection })),
          seenIn(array.slice(selection)),
          name,
        );
      }
    });

    it("hold arrays of several parts, of which a selection is read as well", async () => {
      const path = pathOf(temporaryDirectory(), "large");
      const data = noise(700_000);
      await writeArray(path, { data, shape: [700, 1000] }, { ...options, durability: "full" });
      assert.deepEqual((await readArray(path)).data, data);
      const part = await readArray(path, {
        selection: [
          [10, null, 7],
          [3, 8],
        ],
      });
      assert.deepEqual([part.shape, part.get(98, 4)], [[99, 5], data[696_007]]);
      const sum = python<number>(`${library}\nresult = float(load(*given).sum())`, [fileOf(path), "large"]);
      assert.ok(Math.abs(sum - data.reduce((a, b) => a + b)) < 1e-6);
    });

    it("take arrays of any stride", async () => {
      const path = pathOf(temporaryDirectory(), "strided");
      const data = noise(300_000);
      const a = new NDArray({ data, shape: [300, 1000], stride: [1, 300] }).slice([[null, null, -1]]);
      await writeArray(path, a, options);
      const seen = await readArray(path);
      assert.deepEqual(seen.data, a.contiguous().data);
      const gone = noise(300_000);
      const strided = { data: gone, shape: [300, 1000], stride: [1, 300] };
      const writing = writeArray(path, strided, options);
      structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
      // a format may have copied it at once
      const outcome: unknown = await writing.catch((error: unknown) => error);
      if (outcome !== undefined) assert.ok(isPersistError(outcome, "PERSIST_DETACHED"));
      assert.equal((await readArray(path)).size, outcome === undefined ? 300_000 : seen.size);
    });

    it("replace an array of that name and keep all others", async () => {
      const directory = temporaryDirectory();
      await writeArray(pathOf(directory, "a"), noise(10), options);
      await writeArray(pathOf(directory, "b"), noise(300_000), options);
      await writeArray(pathOf(directory, "c"), new Int8Array(0));
      const old = isMappable ? mapArray(pathOf(directory, "b")) : undefined;
      await writeArray(pathOf(directory, "b"), noise(20), options);
      assert.equal(old?.get(299_999), old && noise(300_000)[299_999]);
      old?.close();
      for (const [name, n] of [
        ["a", 10],
        ["b", 20],
        ["c", 0],
      ] as const)
        assert.equal((await readArray(pathOf(directory, name))).size, n);
      assert.equal(readdirSync(directory).length, isMany ? 1 : 3);
    });

    it("lose none of many writes at once", async () => {
      const directory = temporaryDirectory();
      const names = Array.from({ length: 20 }, (_, k) => `x${k}`);
      await Promise.all(names.map((name, k) => writeArray(pathOf(directory, name), noise(k), options)));
      for (const [k, name] of names.entries())
        assert.equal((await readArray(pathOf(directory, name))).size, k);
    });

    it("give memory that can be transferred to another thread, whatever was read", async () => {
      const directory = temporaryDirectory();
      const written = arrays.filter(({ seen }) => !unwritten.includes(seen.dtype));
      for (const { name, array } of written) await writeArray(pathOf(directory, name), array, options);
      for (const { name, seen } of written) {
        const read = await readArray(pathOf(directory, name));
        const { shape, dtype, size } = read;
        const { buffer } = read.data;
        const moved = structuredClone(read.data, { transfer: [buffer as ArrayBuffer] });
        assert.ok(size === 0 || buffer.byteLength === 0, `${name} was copied`);
        assert.deepEqual(seenIn(new NDArray({ data: moved, shape, dtype, stride: read.stride })), seen, name);
      }
    });

    it("report progress, and stop when aborted without a trace", async () => {
      const directory = temporaryDirectory();
      const path = pathOf(directory, "a");
      await writeArray(path, noise(3), options);
      const before = readFileSync(fileOf(path));
      const data = noise(4 * MIB);
      const seen: Progress[] = [];
      await writeArray(pathOf(temporaryDirectory(), "a"), data, {
        ...options,
        onProgress: (p) => seen.push(p),
      });
      assert.equal(seen.at(-1)!.done_bytes, seen.at(-1)!.total_bytes);
      for (const delay_ms of [0, 3, 6]) {
        const reason = new Error("enough");
        const error = await interrupted(async () => {
          writeFileSync(fileOf(path), before);
          const controller = new AbortController();
          const { signal } = controller;
          const work = writeArray(path, data, { ...options, durability: "full", signal });
          return { work, interrupt: () => controller.abort(reason) };
        }, delay_ms);
        assert.equal(error, reason);
        assert.deepEqual(readdirSync(directory).length, 1);
        assert.deepEqual(readFileSync(fileOf(path)), before);
      }
      await assert.rejects(readArray(path, { signal: AbortSignal.abort() }), { name: "AbortError" });
    });

    for (const [what, takeAway] of [
      ["transferred", transfer],
      ["resized", shrink],
    ] as const)
      it(`are DETACHED when the memory is ${what} while it is written, and stay as they were`, async () => {
        const directory = temporaryDirectory();
        const path = pathOf(directory, "a");
        await writeArray(path, noise(3), options);
        const before = readFileSync(fileOf(path));
        const content = noise(2 * MIB);
        for (const delay_ms of [0, 1, 2]) {
          const error = await interrupted(async () => {
            writeFileSync(fileOf(path), before);
            const data = shrinkable(content.length);
            data.set(content);
            return { work: writeArray(path, data, options), interrupt: () => takeAway(data) };
          }, delay_ms);
          assert.ok(isPersistError(error, "PERSIST_DETACHED"), String(error));
          assert.deepEqual(readFileSync(fileOf(path)), before);
          assert.equal(readdirSync(directory).length, 1);
        }
      });

    it("stay as they were when any system call of a rewrite fails", async () => {
      const directory = temporaryDirectory();
      const path = pathOf(directory, "a");
      await writeArray(path, noise(50_000), options);
      if (isMany) await writeArray(pathOf(directory, "b"), noise(9), options);
      const before = readFileSync(fileOf(path));
      const data = noise(150_000);
      const rewrite = (): Promise<unknown> => writeArray(path, data, { ...options, durability: "full" });
      let failed = 0;
      for (let at = 1; ; at++) {
        native().plan([{ call: "any", at, how: "fail", errno: 5 }]);
        const error = await rewrite().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const calls = native().plan([]);
        if (error !== undefined) {
          failed++;
          assert.ok(isPersistError(error, "PERSIST_IO", "PERSIST_DURABILITY_UNKNOWN"));
        }
        // after the commit the new file is in place, durable or not
        if (error === undefined || isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) {
          assert.deepEqual((await readArray(path)).data, data, `call ${at}`);
          writeFileSync(fileOf(path), before);
        } else assert.deepEqual(readFileSync(fileOf(path)), before, `call ${at}`);
        assert.equal(readdirSync(directory).length, 1, `call ${at}`);
        if (calls < at) break;
      }
      assert.ok(failed >= 3, `${failed} calls mattered`);
    });

    it("hold descriptors and mappings level over many reads and writes", async () => {
      const directory = temporaryDirectory();
      const path = pathOf(directory, "a");
      const cycle = async (): Promise<void> => {
        await writeArray(path, noise(100), options);
        await readArray(path);
        await listArrays(path);
        if (isMappable) mapArray(path).close();
      };
      await cycle();
      const before = await heldAtRest();
      for (let k = 0; k < 100; k++) await cycle();
      await assertNoMoreThan(before);
    });

    it("say what is missing", async () => {
      const path = pathOf(temporaryDirectory(), "none");
      const isMissing = (error: unknown): boolean => isPersistError(error, "PERSIST_NOT_FOUND");
      await assert.rejects(readArray(path), isMissing);
      await assert.rejects(listArrays(path), isMissing);
      if (!isMany) return;
      await writeArray(path.replace("#none", "#some"), noise(1), options);
      await assert.rejects(readArray(path), isMissing);
      await assert.rejects(listArrays(path), isMissing);
      await assert.rejects(readArray(fileOf(path)), TypeError);
    });
  });
}
