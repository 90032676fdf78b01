// Where the elements that are read lie: memory of the engine's own, which it uses again.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { readArray, writeArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const MB = 2 ** 20;
/** Bytes: below and above the sizes that are treated in a way of their own, and at their edges. */
const SIZES = [1000, 2 ** 16 - 8, 2 ** 16, MB, 8 * MB, 16 * MB - 2 ** 15, 16 * MB, 40 * MB];

const index = import.meta.resolve("persist-archive");
const directory = temporaryDirectory();
const path = (name: string): string => join(directory, `${name}.npy`);
const filledWith = (value: number, size_bytes: number): Float64Array =>
  new Float64Array(size_bytes / 8).fill(value);
const isFilledWith = (value: number, data: ArrayLike<number>): boolean => {
  for (let k = 0; k < data.length; k++) if (data[k] !== value) return false;
  return true;
};

/** Runs a program that has `readArray`, and gives what it prints. */
function run(program: string, values: object): string {
  const source = `import { readArray } from ${JSON.stringify(index)}; const { path, times } = ${JSON.stringify(values)}; ${program}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: fileURLToPath(new URL("../../../", import.meta.url)),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("the memory of a result", () => {
  it("can be transferred, whatever its size", async () => {
    for (const size_bytes of SIZES) {
      await writeArray(path("whole"), filledWith(7, size_bytes));
      const { data } = await readArray(path("whole"));
      assert.equal(data.buffer.byteLength, size_bytes);
      const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] }) as Float64Array;
      assert.equal(data.length, 0, `${size_bytes} bytes were copied`);
      assert.ok(isFilledWith(7, moved));
    }
  });

  it("has what the file has, when others had it before", async () => {
    const values = [1, 2, 3];
    for (const size_bytes of SIZES.slice(0, 5)) {
      for (const value of values) await writeArray(path(String(value)), filledWith(value, size_bytes));
      const kept: [number, ArrayLike<number>][] = [];
      for (let time = 0; time < 60; time++) {
        const read = await Promise.all(values.map((value) => readArray(path(String(value)))));
        read.forEach(({ data }, k) => {
          assert.ok(isFilledWith(values[k]!, data as Float64Array), `${size_bytes} bytes, time ${time}`);
          if (time % 10 === k) kept.push([values[k]!, data as Float64Array]);
        });
        if (time % 20 === 19) global.gc?.();
      }
      for (const [value, data] of kept) assert.ok(isFilledWith(value, data), `${size_bytes} bytes, kept`);
    }
  });

  it("is not handed out before it is full", async () => {
    await writeArray(path("torn"), filledWith(9, MB));
    truncateSync(path("torn"), MB / 2);
    for (let time = 0; time < 20; time++)
      await assert.rejects(readArray(path("torn")), { code: "PERSIST_TRUNCATED" });
  });

  it("outlives the worker thread that has read it", async () => {
    await writeArray(path("shared"), filledWith(5, MB));
    const program = `
      import { parentPort } from "node:worker_threads";
      import { readArray } from ${JSON.stringify(index)};
      const given = [], kept = [];
      for (let time = 0; time < 20; time++) {
        given.push((await readArray(${JSON.stringify(path("shared"))})).data);
        kept.push(await readArray(${JSON.stringify(path("shared"))}));
      }
      parentPort.postMessage(given, given.map(({ buffer }) => buffer));
    `;
    for (let time = 0; time < 3; time++) {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
      const given = new Promise<Float64Array[]>((resolve, reject) => {
        worker.once("message", resolve).once("error", reject);
      });
      const ended = new Promise((resolve) => worker.once("exit", resolve));
      const arrays = await given;
      await ended;
      assert.equal(arrays.length, 20);
      for (const data of arrays) assert.ok(isFilledWith(5, data));
    }
  });

  it("is level, however many there are", async () => {
    await writeArray(path("again"), filledWith(4, MB));
    const program = `
      for (let time = 0; time < times; time++) await readArray(path);
      console.log(process.resourceUsage().maxRSS * 1024);
    `;
    const peak_bytes = Number(run(program, { path: path("again"), times: 2000 }));
    assert.ok(peak_bytes < 800 * MB, `${peak_bytes} bytes for 2000 times 1 MB`);
  });

  it("takes few page faults where the system has huge pages", async () => {
    await writeArray(path("faults"), filledWith(6, MB));
    const program = `
      const kept = [await readArray(path)];
      const before = process.resourceUsage().minorPageFault;
      for (let time = 0; time < times; time++) kept.push(await readArray(path));
      console.log(process.resourceUsage().minorPageFault - before);
    `;
    const times = 100;
    const pages = (times * MB) / 4096;
    // a system whose memory lies in pieces may have no huge pages, now or ever: Python asks for them just before
    const runs = [1, 2, 3].map(() => ({
      isHuge: faultsOfHugePages(times) < pages / 4,
      faults: Number(run(program, { path: path("faults"), times })),
    }));
    const huge = runs.filter(({ isHuge }) => isHuge);
    const [judged, most] = huge.length > 0 ? [huge, pages / 3] : [runs, 2 * pages];
    assert.ok(
      judged.some(({ faults }) => faults < most),
      `${JSON.stringify(runs)} for ${pages} pages`,
    );
  });
});

/** The page faults of memory for which huge pages are asked, touched page by page. */
function faultsOfHugePages(size_MB: number): number {
  return python<number>(
    `
import mmap, resource
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
memory = mmap.mmap(-1, given << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
try:
    memory.madvise(mmap.MADV_HUGEPAGE)
except OSError:
    pass # a kernel without them
before = faults()
for at in range(0, given << 20, 4096):
    memory[at] = 1
result = faults() - before`,
    size_MB,
  );
}
