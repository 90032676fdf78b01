// What the machine itself does to an event loop while as many bytes are written and synced: another process writes them, and this one only looks at the clock.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { gapDuring } from "../../data/longest-gap.mjs";
import { driver } from "../../drivers/driver.mjs";

const SCRIPT = `read start
for k in $(seq "$1"); do dd if=/dev/zero of="field$k" bs=8M count="$2" iflag=count_bytes conv=fdatasync status=none || exit; done`;

await driver({
  run({ directory, arrays, bytes }) {
    const size = String(Math.floor(bytes / arrays));
    // starting a process holds the loop, too, and is done before
    const writer = spawn("sh", ["-c", SCRIPT, "sh", String(arrays), size], { cwd: directory });
    const write = async () => {
      writer.stdin.end("\n");
      const [code] = await once(writer, "exit");
      if (code !== 0) throw new Error(`the writer ended with ${code}`);
    };
    return { timed: () => gapDuring(write), figure_ns: (gap_ns) => gap_ns };
  },
});
