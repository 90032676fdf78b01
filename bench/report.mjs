// Turns the newest whole results into docs/performance.md. What stands between a pair of markers is generated: `begin trials: npy array` has the tables of all
// trials whose names begin so, `begin machines` says on what they were measured. Everything else in the page is written by hand and stays.
//
//     npm run bench:report
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchDirectory, projectDirectory } from "./harness/paths.mjs";
import { summarize } from "./harness/statistics.mjs";
import { tableOf } from "./harness/table.mjs";
import { loadTrials } from "./harness/trials.mjs";

const page = join(projectDirectory, "docs", "performance.md");
const trials = await loadTrials();
const newest = newestResults();
const placed = new Set();

const text = readFileSync(page, "utf8")
  .replace(/(<!-- begin trials: (.*) -->\n)[^]*?(<!-- end trials -->)/g, (_, begin, families, end) =>
    [begin, ...tablesOf(families.split(" ")), end].join("\n"),
  )
  .replace(/(<!-- begin machines -->\n)[^]*?(<!-- end machines -->)/g, (_, begin, end) =>
    [begin, ...machines(), end].join("\n"),
  );
const homeless = trials.filter(({ name }) => !placed.has(name)).map(({ name }) => name);
if (homeless.length > 0) throw new Error(`docs/performance.md has no place for ${homeless.join(", ")}`);
writeFileSync(page, text);
const missing = trials.filter(({ name }) => !newest.has(name)).map(({ name }) => name);
console.log(
  `docs/performance.md: ${newest.size} trials${missing.length > 0 ? `; without results: ${missing.join(", ")}` : ""}`,
);

/** For every trial its samples of the newest run that measured it whole. */
function newestResults() {
  const results = join(benchDirectory, "results");
  const files = existsSync(results)
    ? readdirSync(results).filter((name) => /^[\dT-]+\.jsonl$/.test(name))
    : [];
  const found = new Map();
  for (const file of files.toSorted()) {
    const [run, ...samples] = readFileSync(join(results, file), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const name of new Set(samples.map((sample) => sample.trial)))
      found.set(name, { run, samples: samples.filter((sample) => sample.trial === name) });
  }
  for (const name of found.keys()) if (!trials.some((trial) => trial.name === name)) found.delete(name);
  return found;
}

/** The tables of the trials whose names begin with one of some words, in the order of these. */
function tablesOf(families) {
  const family = ({ name }) => families.indexOf(name.split("-")[0]);
  const here = trials.filter((trial) => family(trial) >= 0).toSorted((a, b) => family(a) - family(b));
  for (const { name } of here) placed.add(name);
  return here
    .filter(({ name }) => newest.has(name))
    .map((trial) => `${section(trial, newest.get(trial.name))}\n`);
}

function section(trial, { run, samples }) {
  const summary = summarize(trial, samples);
  const { header, rows } = tableOf(trial, summary);
  const lines = [
    `| ${header.join(" | ")} |`,
    `|---|${"---:|".repeat(header.length - 1)}`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ];
  const notes = summary.targets.map(
    ({ text: asked, reached, ok }) => `- ${asked}: **${reached}**${ok ? "" : ", not reached"}`,
  );
  for (const { driver, skipped, failed } of summary.broken)
    notes.push(`- ${driver}: ${skipped ? `skipped, ${skipped}` : `failed, ${failed}`}`);
  const ratios = summary.reference === null ? "" : ` Ratios are to ${summary.reference}.`;
  const how = `\`${trial.name}\`, ${run.rounds} rounds, ${run.begun.slice(0, 10)}, load average ${run.machine.load} at the start.${ratios}`;
  return [`### ${trial.title}`, "", ...lines, "", ...notes, ...(notes.length > 0 ? [""] : []), how].join(
    "\n",
  );
}

/** What differs between runs stands once. */
function machines() {
  const runs = [...new Set([...newest.values()].map(({ run }) => run))].map(({ machine }) => machine);
  const kinds = new Set(
    runs.map(
      ({ cpu, cores, memory_GB, system, filesystem }) =>
        `${cpu}, ${cores} cores, ${memory_GB} GB, ${system}, ${filesystem}.\n`,
    ),
  );
  const versions = new Map();
  for (const machine of runs)
    for (const [name, version] of Object.entries(machine.versions).filter(([, found]) => found))
      versions.set(name, new Set(versions.get(name)).add(version));
  return [
    ...kinds,
    `${[...versions].map(([name, found]) => `${name} ${[...found].join(", ")}`).join(", ")}.\n`,
  ];
}
