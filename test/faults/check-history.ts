// Checks what a soak has left: the histories of the writers, what the readers saw, and the data set itself. It shares nothing with the processes but their files.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataSet } from "persist-archive";

export interface HistoryReport {
  /** Changes that were acknowledged, and those that were begun and may be there or not. */
  readonly acknowledged: number;
  readonly unknown: number;
  /** Names that were given out automatically. */
  readonly added: number;
  /** Snapshots that readers saw. */
  readonly snapshots: number;
  readonly problems: string[];
}

const lines = (file: string): string[] => readFileSync(file, "utf8").split("\n").slice(0, -1);

export async function checkHistory(directory: string): Promise<HistoryReport> {
  const problems: string[] = [];
  const files = readdirSync(directory);
  /** Of each writer: the last change acknowledged, and the last begun. */
  const last = new Map<string, { acknowledged: number; begun: number }>();
  const names = new Map<string, string>();
  let [acknowledged, begun] = [0, 0];
  for (const file of files.filter((name) => name.startsWith("history-"))) {
    const writer = file.split("-")[1]!;
    const its = last.get(writer) ?? { acknowledged: -1, begun: -1 };
    last.set(writer, its);
    for (const line of lines(join(directory, file))) {
      const [what, more] = line.split(" ") as [string, string];
      if (what === "begin") {
        begun++;
        its.begun = Math.max(its.begun, Number(more));
      } else if (what === "ack") {
        acknowledged++;
        its.acknowledged = Math.max(its.acknowledged, Number(more));
      } else {
        if (names.has(more)) problems.push(`${more} was given out twice: ${names.get(more)} and ${file}`);
        names.set(more, file);
      }
    }
  }

  try {
    await checkContent(join(directory, "runs"), last, names, problems);
  } catch (error) {
    problems.push(`the data set: ${String(error)}`);
  }
  const snapshots = files
    .filter((name) => name.startsWith("seen-"))
    .reduce((sum, file) => sum + checkSeen(join(directory, file), problems), 0);
  return { acknowledged, unknown: begun - acknowledged, added: names.size, snapshots, problems };
}

async function checkContent(
  path: string,
  last: ReadonlyMap<string, { acknowledged: number; begun: number }>,
  names: ReadonlyMap<string, string>,
  problems: string[],
): Promise<void> {
  const set = await DataSet.open(path);
  for (const [writer, its] of last) {
    const n = set.has(`count_${writer}`) ? (set.info(`count_${writer}`) as { n: number }).n : -1;
    if (n < its.acknowledged)
      problems.push(`${writer}: change ${its.acknowledged} was acknowledged, and ${n} is the last`);
    if (n > its.begun)
      problems.push(`${writer}: change ${n} is there, and ${its.begun} is the last that was begun`);
    for (let k = 0; k <= n; k++) {
      if (!set.has(`${writer}_${k}`)) {
        problems.push(`${writer}_${k} is missing, and the counter says ${n}`);
        continue;
      }
      const value = (await set.get(`${writer}_${k}`, { map: false })) as Float64Array;
      if (value.length !== 150 || value.some((x, i) => x !== k + i))
        problems.push(`${writer}_${k} is not what was written`);
    }
    if (set.has(`${writer}_${n + 1}`)) problems.push(`${writer}_${n + 1} is there without its counter`);
  }
  for (const [name, file] of names)
    if (!set.has(name)) problems.push(`${name}, added by ${file}, is missing`);
  await set.close();

  const writer = await DataSet.open(path, { mode: "r+" });
  await writer.compact();
  const { problems: found } = await writer.verify();
  for (const { code, file, message } of found) problems.push(`verify: ${code} ${file} ${message}`);
  await writer.close();
}

/** Checks what a reader saw, and gives how many snapshots. */
function checkSeen(file: string, problems: string[]): number {
  let snapshots = 0;
  const before: Record<string, number> = {};
  for (const line of lines(file)) {
    const { seen, items, problem } = JSON.parse(line) as {
      seen: Record<string, number>;
      items: Record<string, number>;
      problem?: string;
    };
    snapshots++;
    if (problem !== undefined) problems.push(`${file}: ${problem}`);
    for (const [who, n] of Object.entries(seen)) {
      if (n < (before[who] ?? -1)) problems.push(`${file}: ${who} went back from ${before[who]} to ${n}`);
      before[who] = n;
      if (items[who] !== n + 1)
        problems.push(`${file}: ${items[who]} items of ${who}, and its counter says ${n}`);
    }
  }
  return snapshots;
}
