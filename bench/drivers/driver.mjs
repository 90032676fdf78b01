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
// mean is reported); `bytes`, how many bytes are worked on, which gives a speed; `check`, which gets what `timed` gave back
// and throws when that is not right.

/**
 * @param {object} parts
 * @param {(parameters: object) => unknown} [parts.prepare]
 * @param {(parameters: object) => unknown} parts.run
 */
export async function driver({ prepare, run }) {
  const [phase, text] = process.argv.slice(2);
  const parameters = JSON.parse(text);
  if (phase === "prepare") {
    await prepare?.(parameters);
    console.log("{}");
    return;
  }
  const given = await run(parameters);
  const { timed, repeat = 1, bytes, check } = typeof given === "function" ? { timed: given } : given;
  const begun = process.hrtime();
  let result = await timed();
  for (let time = 1; time < repeat; time++) result = await timed();
  const [seconds, rest_ns] = process.hrtime(begun);
  const elapsed_ns = (seconds * 1e9 + rest_ns) / repeat;
  const peak_bytes = process.resourceUsage().maxRSS * 1024;
  await check?.(result);
  console.log(JSON.stringify({ elapsed_ns, peak_bytes, bytes }));
}
