// The part that all JavaScript drivers share. A driver calls `driver` with what is to be timed:
//
//     driver({
//       prepare({ prepared, … }) { … },            once, in a process of its own: makes the files that `run` reads
//       run({ directory, … }) {                    in a fresh process each round; what it does itself is not timed
//         return () => writeFile(…);               this is; it may be asynchronous
//       },
//     });
//
// `run` may return an object instead: `timed`; `repeat`, how often to call it, for what is too quick to be timed once (the
// mean is reported); `figure_ns`, which makes of what `timed` gave the figure to report where that is not its own time; `bytes`, how many bytes are worked on, which gives a speed; `check`, which gets what `timed` gave back
// and throws when that is not right.
import { readFileSync } from "node:fs";

/**
 * @param {object} parts
 * @param {(parameters: object) => unknown} [parts.prepare]
 * @param {(parameters: object) => unknown} parts.run
 */
export async function driver({ prepare, run }) {
  const [phase, text] = process.argv.slice(2);
  const parameters = JSON.parse(text);
  try {
    const result = phase === "prepare" ? await prepare?.(parameters) : await measure(await run(parameters));
    console.log(JSON.stringify(phase === "prepare" ? {} : result));
  } catch (error) {
    console.error(error.stack);
    console.log(JSON.stringify({ failed: `${error.name}: ${error.message}`.slice(0, 300) }));
    process.exitCode = 1;
  }
}

async function measure(given) {
  const {
    timed,
    repeat = 1,
    figure_ns,
    bytes,
    check,
  } = typeof given === "function" ? { timed: given } : given;
  const begun = process.hrtime();
  let result = await timed();
  for (let time = 1; time < repeat; time++) result = await timed();
  const [seconds, rest_ns] = process.hrtime(begun);
  const elapsed_ns = figure_ns?.(result) ?? (seconds * 1e9 + rest_ns) / repeat;
  const peak_bytes = peakBytes();
  await check?.(result);
  return { elapsed_ns, peak_bytes, bytes };
}

/** Of this program alone: what the system tells as maxRSS begins with the memory of whoever has started it. */
function peakBytes() {
  const [, peak_kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * Number(peak_kb);
}
