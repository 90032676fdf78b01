// The text of a plan, whole: at once, or in short turns that let the program go on.

import { emitModule, type ArrayTable, type SpecifierOf } from "../emit/javascript.ts";
import { PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { Turn } from "../turn.ts";

/** Short texts are joined before they are encoded. */
const PIECE_CHARACTERS = 1 << 18;

/** The text as a string. */
export function textOf(plan: Plan, specifierOf: SpecifierOf): string {
  const pieces: string[] = [];
  const emission = emitModule(plan, specifierOf);
  let next = emission.next();
  for (; next.done !== true; next = emission.next()) {
    pieces.push(typeof next.value === "string" ? next.value : Buffer.from(next.value).toString());
  }
  try {
    return next.value() + pieces.join("");
  } catch (cause) {
    throw new PersistError("PERSIST_LIMIT", "the text of the archive is longer than the longest string", {
      cause,
    });
  }
}

/** The text as UTF-8, in pieces of some size: does all that can be done before the table of arrays is known, and gives what makes the text with it. */
export async function encode(
  plan: Plan,
  specifierOf: SpecifierOf,
  signal: AbortSignal | undefined,
): Promise<(arrays?: ArrayTable) => Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const emission = emitModule(plan, specifierOf);
  const turn = new Turn();
  let text = "";
  const flush = (): void => {
    if (text !== "") pieces.push(Buffer.from(text));
    text = "";
  };
  let next = emission.next();
  for (; next.done !== true; next = emission.next()) {
    if (typeof next.value === "string") text += next.value;
    else {
      flush();
      pieces.push(next.value);
    }
    if (text.length > PIECE_CHARACTERS) flush();
    if (turn.isOver) {
      await turn.pause();
      signal?.throwIfAborted();
    }
  }
  const headOf = next.value;
  // a short text is one piece
  if (pieces.length === 0) return (arrays) => [Buffer.from(headOf(arrays) + text)];
  flush();
  return (arrays) => [Buffer.from(headOf(arrays)), ...pieces];
}
