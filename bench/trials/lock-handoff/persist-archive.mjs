import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { driver } from "../../drivers/driver.mjs";
import { lockFile } from "../../drivers/ours.mjs";

// The clock is the machine's, so that the times of two processes can be compared.
const OTHER = `
import { createInterface } from "node:readline";
import { lockFile } from ${JSON.stringify(fileURLToPath(new URL("../../drivers/ours.mjs", import.meta.url)))};
for await (const path of createInterface({ input: process.stdin })) {
  const waiting = lockFile(path);
  console.log("waiting");
  const lock = await waiting;
  const held_ns = process.hrtime.bigint();
  lock.release();
  console.log(String(held_ns));
}`;

await driver({
  run({ directory, times }) {
    const path = join(directory, "a.lock");
    const other = spawn(process.execPath, ["--input-type=module", "-e", OTHER], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    const timed = async () => {
      const all_ns = [];
      for (let k = 0; k < times; k++) {
        const lock = await lockFile(path);
        other.stdin.write(`${path}\n`);
        await next();
        await new Promise((resolve) => setTimeout(resolve, 3)); // it sleeps by now
        const released_ns = process.hrtime.bigint();
        lock.release();
        all_ns.push(Number(BigInt(await next()) - released_ns));
      }
      other.stdin.end();
      return all_ns;
    };
    return { timed, figure_ns: (all) => all.toSorted((a, b) => a - b)[times >> 1] };
  },
});
