// Compaction: a new index with everything that is in the data set now, and an empty journal. By the one writer (commit.ts), who has put the aliases right.
//
//  1. Create the next journal, empty.
//  2. Sync the directory: the names of aliases and journal are durable.
//  3. Write the new index beside the old one, sync it, rename it over the old one, sync the directory: the commit.
//  4. Clean up (clean.ts).
//
// Who has read the old index goes on with the old journal, which is complete, until it looks again. A crash before 3 leaves an empty journal that nobody
// names.

import { join } from "node:path";
import { removeFile } from "../disk/files.ts";
import { createFile } from "../disk/new-file.ts";
import { replaceFile } from "../disk/replace.ts";
import { isPersistError } from "../errors.ts";
import type { Committer } from "./commit.ts";
import { indexText } from "./index-module.ts";
import type { Log } from "./log.ts";
import { journalName } from "./names.ts";
import { State, type Superseded } from "./state.ts";

const EEXIST = 17;

/** A journal is as long as this, and longer than the index, before it is compacted. */
const JOURNAL_BYTES = 2 ** 20;

/** So much of what is superseded is worth a compaction by itself. */
const MANY_FILES = 1000;
const MANY_BYTES = 2 ** 26;

/** Whether it is time. */
export function isCompactionDue(log: Log, grace_ms: number, last_ms: number): boolean {
  const { state, position, index_bytes } = log;
  if (position.offset > Math.max(JOURNAL_BYTES, index_bytes)) return true;
  const [oldest] = state.superseded;
  const isMuch = state.superseded.length > MANY_FILES || state.superseded_bytes > MANY_BYTES;
  return isMuch && oldest!.time_ms + grace_ms < Date.now() && last_ms + Math.max(grace_ms, 1000) < Date.now();
}

/** Steps 1 to 3. For the holder of WRITE. */
export async function compact(log: Log, committer: Committer, durability: "full" | "process"): Promise<void> {
  const { directory, state, position } = log;
  const number = await createJournal(directory, state.journal + 1, durability); // 1
  const journal = join(directory, journalName(number));
  const old: Superseded = {
    name: "",
    journal: state.journal,
    time_ms: Date.now(),
    files: [[journalName(state.journal), position.offset]],
  };
  const next = new State(number, state.generation, state.items, state.next, [...state.superseded, old]);
  let size_bytes: number;
  try {
    await committer.syncNames(); // 2
    const text = await indexText(next, number, position.crc);
    size_bytes = text.length;
    await replaceFile(directory, "index.js", text, durability); // 3
  } catch (error) {
    // unless the new index is in place already
    if (!isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) await removeFile(journal).catch(() => {});
    throw error;
  }
  await log.adopt(next, size_bytes);
}

/** The first number from `from` on that no journal has: one that nobody names may be left from a crash. */
async function createJournal(
  directory: string,
  from: number,
  durability: "full" | "process",
): Promise<number> {
  for (let number = from; ; number++) {
    try {
      await createFile(join(directory, journalName(number)), "", durability);
      return number;
    } catch (error) {
      if (!isPersistError(error, "PERSIST_IO") || error.errno !== EEXIST) throw error;
    }
  }
}
