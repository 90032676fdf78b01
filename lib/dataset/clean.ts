// Removes files that nobody can want any more, for the holder of WRITE, right after a compaction:
//
//  - What was superseded, when that is `grace_ms` ago, for an `import` under way takes no pin; and no reader has a snapshot of that journal or an older one. Each
//    reader holds the byte of its journal, and while it does not know it yet, that of 0.
//  - What no commit has ever named: files of writers that died, if no writer is under way, and `grace_ms` have passed.
//
// Only names of our own patterns are touched, and no journal in which something was committed and that no index has named superseded.

import { join } from "node:path";
import { factsOf, listDirectory, removeFile } from "../disk/files.ts";
import { pin, SESSION } from "../disk/lock-bytes.ts";
import type { LockFile } from "../disk/lock-file.ts";
import { Turn } from "../turn.ts";
import type { Log } from "./log.ts";
import { isVersionFile, journalNumber } from "./names.ts";
import type { State } from "./state.ts";

const OPENING = 0;
const TEMPORARY = /^\..+\.[0-9a-f]{16}\.tmp$/;

export async function clean(log: Log, locks: LockFile, grace_ms: number): Promise<void> {
  const live = await liveFiles(log.state);
  await removeSuperseded(log, locks, grace_ms, live);
  const session = locks.tryLock(SESSION, "exclusive");
  if (session === null) return;
  try {
    await removeOrphans(log, grace_ms, live);
  } finally {
    session.release();
  }
}

/** Everything that the newest snapshot needs. In short turns, for there may be very many; the state stays as it is while WRITE is held. */
async function liveFiles({ items }: State): Promise<Set<string>> {
  const live = new Set<string>();
  const turn = new Turn();
  for (const [, { files }] of items) {
    for (const [file] of files) live.add(file);
    if (turn.isOver) await turn.pause();
  }
  return live;
}

async function removeSuperseded(
  { directory, state }: Log,
  locks: LockFile,
  grace_ms: number,
  live: ReadonlySet<string>,
): Promise<void> {
  const free = freeJournals(state, locks);
  const isDue = ({ journal, time_ms }: State["superseded"][number]): boolean =>
    free.has(journal) && time_ms + grace_ms <= Date.now();
  const due = state.superseded.filter(isDue);
  for (const { files } of due)
    for (const [file] of files) if (!live.has(file)) await removeFile(join(directory, file)).catch(() => {});
  state.forget(new Set(due));
}

/** The numbers of old journals of which nobody has a snapshot, nor of any before. */
function freeJournals(state: State, locks: LockFile): Set<number> {
  const free = new Set<number>();
  const opening = locks.tryLock(pin(OPENING), "exclusive");
  if (opening === null) return free; // a reader that has not said yet what it reads
  try {
    const numbers = new Set(state.superseded.map(({ journal }) => journal));
    for (const number of [...numbers].toSorted((a, b) => a - b)) {
      const held = number < state.journal ? locks.tryLock(pin(number), "exclusive") : null;
      if (held === null) break;
      held.release();
      free.add(number);
    }
  } finally {
    opening.release();
  }
  return free;
}

async function removeOrphans(
  { directory, state }: Log,
  grace_ms: number,
  live: ReadonlySet<string>,
): Promise<void> {
  const superseded = new Set(state.superseded.flatMap(({ files }) => files.map(([file]) => file)));
  for (const file of await listDirectory(directory)) {
    const number = journalNumber(file);
    const isOurs = isVersionFile(file) || TEMPORARY.test(file) || number !== undefined;
    if (!isOurs || live.has(file) || superseded.has(file) || number === state.journal) continue;
    const path = join(directory, file);
    const facts = await factsOf(path);
    if (facts?.isFile !== true || facts.ctime_ms + grace_ms > Date.now()) continue;
    if (number === undefined || facts.size_bytes === 0) await removeFile(path).catch(() => {});
  }
}
