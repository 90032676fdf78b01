// Counts which of the values of the tests' table come back from a library as they were, by the tests' strict comparison, and writes docs/values.md.
//
//     npm run bench:values
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { benchDirectory, projectDirectory } from "../harness/paths.mjs";
import { installPeers } from "../harness/peers.mjs";

/** A value that takes longer is a failure. */
const LONGEST_MS = 60_000;
const OUTCOMES = ["kept", "refused", "changed", "failed"];

installPeers();
const { libraries } = await import("./libraries.mjs");
const { kept } = await import("../../build/test/values/table.js");

const counts = {};
for (const library of Object.keys(libraries)) {
  const outcomes = await outcomesOf(library);
  counts[library] = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, outcomes.filter((each) => each === outcome).length]),
  );
  console.log(library.padEnd(18), counts[library]);
}
writeFileSync(join(projectDirectory, "docs", "values.md"), page());
process.exit(); // an imported fixture may hold on to something

/** What became of each value. A process that dies or hangs at one is followed by another, which goes on with the next. */
async function outcomesOf(library) {
  const outcomes = [];
  while (outcomes.length < kept.length) {
    const child = spawn(
      process.execPath,
      [join(benchDirectory, "values", "through.mjs"), library, String(outcomes.length)],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    const kill = () => child.kill("SIGKILL");
    let timer = setTimeout(kill, LONGEST_MS);
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(timer);
      timer = setTimeout(kill, LONGEST_MS);
      const { at, outcome } = JSON.parse(line);
      if (outcome !== undefined) outcomes[at] = outcome;
    }
    clearTimeout(timer);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    if (outcomes.length < kept.length) outcomes.push("failed");
  }
  return outcomes;
}

function page() {
  const rows = Object.entries(counts).map(
    ([library, count]) =>
      `| ${library} ${versionOf(library)} | ${OUTCOMES.map((outcome) => count[outcome]).join(" | ")} |`,
  );
  return `# Which values come back

Written by \`npm run bench:values\`: the ${kept.length} values of the tests' table (\`test/values\`), one after the other, through this library and through others, compared by the tests' own strict
comparison: identity and sharing, prototypes, property order and attributes, extensibility, every bit of numbers and buffers. The others are used as their documentation begins, without rules for classes of
the user's. The table was made for this library, so it contains what this library keeps; what it refuses is another table, which the tests run through as well.

*Kept*: the same came back. *Refused*: an error said so, on writing or reading. *Changed*: something else came back, and nothing was said. *Failed*: the process died, or took longer than ${LONGEST_MS / 1000} s.

| library | ${OUTCOMES.join(" | ")} |
|---|${"---:|".repeat(OUTCOMES.length)}
${rows.join("\n")}

Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.
`;
}

function versionOf(library) {
  const place =
    library === "persist-archive" ? projectDirectory : join(benchDirectory, "node_modules", library);
  try {
    return JSON.parse(readFileSync(join(place, "package.json"), "utf8")).version;
  } catch {
    return "";
  }
}
