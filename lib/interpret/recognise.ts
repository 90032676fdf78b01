// Knows the helper functions by their tokens. White space, comments and the quotes of strings do not matter.

import { helpers, type Helper } from "../helpers.ts";
import { mapGet, mapSet } from "./natives.ts";
import { Source } from "./source.ts";
import { ARGUMENTS, BYTES, FILL, LINK, type HelperKind } from "./scope.ts";
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

/** The declarations that begin with `const`, and those that begin with `function`. */
export const CONST_HELPERS: readonly HelperKind[] = [BYTES, FILL];
export const FUNCTION_HELPERS: readonly HelperKind[] = [LINK, ARGUMENTS];

const byKind: Readonly<Record<HelperKind, Helper>> = {
  [BYTES]: helpers.bytes,
  [FILL]: helpers.fill,
  [ARGUMENTS]: helpers.arguments,
  [LINK]: helpers.link,
};

/** A helper's declaration in the text: which helper, and the name that it has there. */
export interface Recognised {
  readonly kind: HelperKind;
  readonly name: string;
  readonly at: number;
}

/** Passes the declaration at the current position if it is one of these helpers; stays, and gives undefined, when it is none. */
export function recognise(source: Source, kinds: readonly HelperKind[]): Recognised | undefined {
  for (let i = 0; i < kinds.length; i++) {
    const found = match(source, kinds[i]!);
    if (found !== undefined) return found;
  }
  return undefined;
}

function match(source: Source, helper: HelperKind): Recognised | undefined {
  const start = source.pos;
  const tokens = new Tokens(source);
  let found: Recognised | undefined;
  const expected = pattern(byKind[helper]);
  for (let i = 0; i < expected.length; i++) {
    const { kind: wanted, text } = expected[i]!;
    const same = tokens.next() === wanted;
    // the two places where the end of a line counts
    const isBroken = tokens.newline && (text === "=>" || expected[i - 1]?.text === "return");
    if (same && i === 1 && wanted === NAME) {
      found = { kind: helper, name: tokens.text, at: tokens.start };
    } else if (!same || isBroken || tokens.text !== text) {
      source.pos = start;
      return undefined;
    }
  }
  return found;
}
