// Strings in double quotes, as JSON and JavaScript have them.

import { PersistError } from "../errors.ts";

/** The engine of Node 26 ends the process where 2^28 characters are quoted at once. */
const PIECE_CHARACTERS = 1 << 26;

/**
 * What `JSON.stringify` gives for a string.
 * @throws PersistError PERSIST_LIMIT when that is longer than the longest string
 */
export function quote(text: string): string {
  try {
    if (text.length <= PIECE_CHARACTERS) return JSON.stringify(text);
    let quoted = '"';
    for (let from = 0, to; from < text.length; from = to) {
      to = Math.min(from + PIECE_CHARACTERS, text.length);
      // the halves of a pair would be escaped if they stood alone
      if (to < text.length && isLead(text.charCodeAt(to - 1))) to--;
      quoted += JSON.stringify(text.slice(from, to)).slice(1, -1);
    }
    return `${quoted}"`;
  } catch (cause) {
    const message = `a string of ${text.length} characters would be written as more than a string can have`;
    throw new PersistError("PERSIST_LIMIT", message, { cause });
  }
}

function isLead(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
