// Which byte of a lock file stands for what. Locks are on bytes far behind the end of the file, which need not exist; what is in the file is text for people.

import { createHash } from "node:crypto";

/** What can be locked: one byte of a lock file. */
export interface LockByte {
  /** For messages. */
  readonly name: string;
  readonly at: number;
  /** The byte that everybody locks for a moment on the way to this one, in turn, so that nobody is overtaken. */
  readonly gate?: number;
  /** The line of the file that tells people who holds it exclusively. */
  readonly note?: number;
}

const FIRST = 2 ** 48;

/** Whoever commits; shared by those who want no commit meanwhile. */
export const WRITE: LockByte = { name: "write", at: FIRST, gate: FIRST + 1, note: 1 };

/** Whoever owns a series for as long as it is open. */
export const SESSION: LockByte = { name: "session", at: FIRST + 2, note: 2 };

/** Held shared by those who have a snapshot of a journal, so that nobody removes its files. There are 2^40; 0 is for those who do not know yet which it is. */
export function pin(journal: number): LockByte {
  if (!Number.isSafeInteger(journal) || journal < 0 || journal >= 2 ** 40)
    throw new RangeError(`a journal has a number from 0 to 2^40 - 1, not ${journal}`);
  return { name: `journal ${journal}`, at: FIRST + 2 ** 47 + journal };
}

/**
 * Held by whoever works on an item. The byte is a hash of the name, of 50 bits: two names share one with a probability of n²/2^51 among n items (one in
 * 200,000 for 10^5). They then wait for each other, and a process that wants both at once gets PERSIST_LOCKED; nothing is damaged.
 */
export function claim(item: string): LockByte {
  const hash = createHash("sha256").update(item).digest().readBigUInt64BE() >> 14n;
  return { name: `item ${item}`, at: 2 ** 50 + Number(hash) };
}
