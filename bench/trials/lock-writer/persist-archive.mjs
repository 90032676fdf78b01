import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { driver } from "../../drivers/driver.mjs";
import { lockFile } from "../../drivers/ours.mjs";

const READER = `
import { lockFile } from ${JSON.stringify(fileURLToPath(new URL("../../drivers/ours.mjs", import.meta.url)))};
const [path, reading_ms, phase_ms] = process.argv.slice(1);
const sleep = (time_ms) => new Promise((resolve) => setTimeout(resolve, Number(time_ms)));
await sleep(phase_ms);
console.log("reading");
for (;;) {
  const lock = await lockFile(path, { mode: "shared" });
  await sleep(reading_ms);
  lock.release();
}`;

await driver({
  async run({ directory, times, reading_ms }) {
    const path = join(directory, "a.lock");
    const readers = [0, 1, 2, 3].map((k) =>
      spawn(
        process.execPath,
        ["--input-type=module", "-e", READER, path, String(reading_ms), String((k * reading_ms) / 4)],
        { stdio: ["ignore", "pipe", "inherit"] },
      ),
    );
    await Promise.all(readers.map((reader) => once(reader.stdout, "data")));
    const timed = async () => {
      const all_ms = [];
      for (let k = 0; k < times; k++) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        const begun_ms = performance.now();
        (await lockFile(path)).release();
        all_ms.push(performance.now() - begun_ms);
      }
      for (const reader of readers) reader.kill("SIGKILL");
      return all_ms;
    };
    return { timed, figure_ns: (all) => all.toSorted((a, b) => a - b)[times >> 1] * 1e6 };
  },
});
