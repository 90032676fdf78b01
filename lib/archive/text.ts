// The text of a plan, whole: at once, or in short turns that let the program go on.

import { emitModule, type EmitOptions } from "../emit/javascript.ts";
import { PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { Turn } from "../turn.ts";

/** Short texts are joined before they are encoded. */
const PIECE_CHARACTERS = 1 << 18;

/** The text as a string. */
export function textOf(plan: Plan, options: EmitOptions): string {
  const pieces: string[] = [];
  const emission = emitModule(plan, options);
  let next = emission.next();
  for (; next.done !== true; next = emission.next()) {
    pieces.push(typeof next.value === "string" ? next.value : Buffer.from(next.value).toString());
  }
  try {
    return next.value + pieces.join("");
  } catch (cause) {
    throw new PersistError("PERSIST_LIMIT", "the text of the archive is longer than the longest string", {
      cause,
    });
  }
}

/** The text as UTF-8, in pieces of some size. */
export async function encodedTextOf(
  plan: Plan,
  options: EmitOptions,
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const emission = emitModule(plan, options);
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
  // a short text is one piece
  if (pieces.length === 0) return [Buffer.from(next.value + text)];
  flush();
  return [Buffer.from(next.value), ...pieces];
}
