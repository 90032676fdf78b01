// Writers, readers and a killer on one data set, and a checker of what they say they saw.
//
//     npm run soak -- --seconds 1800 --seed 1
//     npm run soak -- --seconds 20 --without write       something must be found
//
// A writer tells `begin` before a change and `ack` after it, in a file of its own, so that what it knew at its death is known. Each change is one of a chain: writer w
// adds an item `w<w>_<n>` and sets its counter `count<w>` to n in the same transaction, so a snapshot shows at once whether something is missing or half there. A
// reader writes down what it saw. The checker (check-history.ts) reads the files, and opens the set.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DataSet } from "persist-archive";
import { checkHistory, type HistoryReport } from "./check-history.ts";
import { randomNumbers } from "../support/random.ts";
import { removeLock } from "./without-lock.ts";

const WRITERS = 4;
const READERS = 4;
/** What is superseded goes as soon as no snapshot needs it: only pins protect readers. */
const GRACE_MS = 0;

async function write(directory: string, writer: string, life: string): Promise<void> {
  const log = join(directory, `history-${writer}-${life}`);
  const set = await DataSet.open(join(directory, "runs"), {
    mode: "a",
    durability: writer === "w0" ? "full" : "process",
    grace_ms: GRACE_MS,
    timeout_ms: 60_000,
  });
  const next = randomNumbers(Number(life) * 97 + Number(writer.slice(1)));
  for (;;) {
    await set.refresh();
    const counter = `count_${writer}`;
    const n = set.has(counter) ? (set.info(counter) as { n: number }).n + 1 : 0;
    appendFileSync(log, `begin ${n}\n`);
    await set.transaction(async (t) => {
      await t.insert(
        { [`${writer}_${n}`]: Float64Array.from({ length: 150 }, (_, i) => n + i) },
        { info: { n } },
      );
      if (t.has(counter)) await t.set(counter, n, { info: { n } });
      else await t.insert({ [counter]: n }, { info: { n } });
    });
    appendFileSync(log, `ack ${n}\n`);
    // automatic names must not clash between writers
    const name = await set.add(`${writer} ${n}`, { info: { writer, n } });
    appendFileSync(log, `added ${name}\n`);
    if (next() < 0.02) await set.compact();
    if (next() < 0.5) await sleep(next() * 10);
  }
}

async function read(directory: string, reader: string): Promise<void> {
  const log = join(directory, `seen-${reader}`);
  const set = await DataSet.open(join(directory, "runs"), { timeout_ms: 60_000 });
  const next = randomNumbers(Number(reader.slice(1)) + 1000);
  for (;;) {
    await set.refresh();
    const seen: Record<string, number> = {};
    const items: Record<string, number> = {};
    for (const name of set.names()) {
      const [, writer] = /^(?:count_)?(w\d)(?:_\d+)?$/.exec(name) ?? [];
      if (writer === undefined) continue;
      if (name.startsWith("count_")) seen[writer] = (set.info(name) as { n: number }).n;
      else items[writer] = (items[writer] ?? 0) + 1;
    }
    // one item is read whole, which another process may be about to clean away
    let problem: string | undefined;
    const [writer] = Object.keys(seen);
    if (writer !== undefined) {
      const n = Math.floor(next() * (seen[writer]! + 1));
      try {
        const value = (await set.get(`${writer}_${n}`, { map: false })) as Float64Array;
        if (value.length !== 150 || value.some((x, i) => x !== n + i))
          problem = `${writer}_${n} is not what was written`;
        const count = await set.get(`count_${writer}`);
        if (count !== seen[writer])
          problem = `count_${writer} is ${String(count)}, and its info says ${seen[writer]}`;
      } catch (error) {
        problem = String(error);
      }
    }
    appendFileSync(log, `${JSON.stringify({ seen, items, problem })}\n`);
    await sleep(next() * 20);
  }
}

/** Memory, where there is room for what is written in so many seconds: 14 kB for each change, of which there are some hundred a second at most. */
function placeFor(seconds: number): string {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > seconds * 4e6 + 20e6 ? memory : tmpdir();
}

/** Runs everything for a time, and checks. `without` is a kind of lock that nobody takes. */
export async function soak(
  seconds: number,
  seed: number,
  without?: string,
): Promise<HistoryReport & { kills: number }> {
  const directory = mkdtempSync(join(placeFor(seconds), "persist-soak-"));
  const next = randomNumbers(seed);
  const problems: string[] = [];
  const running = new Map<string, { child: ChildProcess; history: string }>();
  let [kills, life, isOver] = [0, 0, false];
  (await DataSet.open(join(directory, "runs"), { mode: "x" })).close().catch(() => {});
  const start = (who: string): ChildProcess => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(import.meta.url), "as", who, directory, String(++life)],
      {
        stdio: ["ignore", "inherit", "pipe"],
        env: { ...process.env, ...(without === undefined ? {} : { SOAK_WITHOUT: without }) },
      },
    );
    running.set(who, { child, history: join(directory, `history-${who}-${life}`) });
    return child;
  };
  const keep = async (who: string): Promise<void> => {
    while (!isOver) {
      const child = start(who);
      let errors = "";
      child.stderr!.on("data", (text: Buffer) => (errors += text.toString()));
      const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
      if (signal !== "SIGKILL")
        problems.push(`${who} ended with ${status ?? signal}: ${errors.slice(0, 1000)}`);
      if (signal !== "SIGKILL") return;
    }
  };
  const all = [
    ...Array.from({ length: WRITERS }, (_, k) => keep(`w${k}`)),
    ...Array.from({ length: READERS }, (_, k) => keep(`r${k}`)),
  ];
  // the time begins when all are there
  const there = (): Set<string> => new Set(readdirSync(directory).map((file) => file.split("-")[1] ?? ""));
  for (let k = 0; k < 600 && there().size < WRITERS + READERS + 1; k++) await sleep(100);
  const end_ms = performance.now() + seconds * 1000;
  while (performance.now() < end_ms) {
    await sleep(next() * 1000);
    const victim = `w${Math.floor(next() * WRITERS)}`;
    const { child, history } = running.get(victim)!;
    if (!existsSync(history) || !readFileSync(history, "utf8").includes("ack")) continue; // it has hardly begun
    child.kill("SIGKILL");
    kills++;
  }
  isOver = true;
  for (const { child } of running.values()) child.kill("SIGKILL");
  await Promise.all(all);
  try {
    const report = await checkHistory(directory);
    return { ...report, kills, problems: [...problems, ...report.problems] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [as, who, directory, life] = process.argv.slice(2);
  const { SOAK_WITHOUT: without } = process.env;
  if (without !== undefined && as === "as") removeLock(without);
  if (as === "as") await (who!.startsWith("w") ? write(directory!, who!, life!) : read(directory!, who!));
  else {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "60" },
        seed: { type: "string", default: "1" },
        without: { type: "string" },
      },
    });
    const report = await soak(Number(values.seconds), Number(values.seed), values.without);
    console.log(JSON.stringify(report, null, 2));
    process.exitCode = report.problems.length === 0 ? 0 : 1;
  }
}
