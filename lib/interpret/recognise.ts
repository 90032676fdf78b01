// Knows the helper functions by their tokens. White space, comments and the quotes of strings do not matter.

import { helpers, type Helper } from "../helpers.ts";
import { mapGet, mapSet } from "./natives.ts";
import { Source } from "./source.ts";
import { BYTES, LINK } from "./scope.ts";
import { END, NAME, Tokens } from "./tokens.ts";

interface Token {
  readonly kind: number;
  readonly text: string;
}

const patterns = new Map<Helper, readonly Token[]>();

/** The tokens of a helper's usual text. */
function pattern(helper: Helper): readonly Token[] {
  let list = mapGet(patterns, helper);
  if (list === undefined) {
    const tokens = new Tokens(new Source(helper.text(helper.name)));
    const made: Token[] = [];
    while (tokens.next() !== END) made[made.length] = { kind: tokens.kind, text: tokens.text };
    // the semicolon is left to the statement
    if (made[made.length - 1]!.text === ";") made.length--;
    list = made;
    mapSet(patterns, helper, list);
  }
  return list;
}

/**
 * Passes the helper whose declaration is at the current position; gives its name, or undefined (and stays) when there is none. `kind` says which.
 * `bytes` begins at `const`, `link` at `function`.
 */
export function recognise(
  source: Source,
  kind: typeof BYTES | typeof LINK,
): { name: string; at: number } | undefined {
  const helper = kind === BYTES ? helpers.bytes : helpers.link;
  const start = source.pos;
  const tokens = new Tokens(source);
  let found: { name: string; at: number } | undefined;
  const expected = pattern(helper);
  for (let i = 0; i < expected.length; i++) {
    const { kind: wanted, text } = expected[i]!;
    const same = tokens.next() === wanted;
    if (same && i === 1 && wanted === NAME) {
      found = { name: tokens.text, at: tokens.start };
    } else if (!same || tokens.text !== text) {
      source.pos = start;
      return undefined;
    }
  }
  return found;
}
