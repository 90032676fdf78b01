// Regular expression literals. The engine compiles them; nothing is matched.

import { isNameStart } from "./names.ts";
import { charCodeAt, construct, slice } from "./natives.ts";
import { isLineEnd, type Source } from "./source.ts";

const RegExpConstructor = RegExp;

/** Reads the literal at the current position, a `/`. */
export function readRegExp(source: Source): object {
  const start = source.pos;
  const body = skipRegExp(source);
  const flags = slice(source.text, body + 1, source.pos);
  try {
    return construct(RegExpConstructor, [slice(source.text, start + 1, body), flags]);
  } catch (error) {
    return source.fail(
      "PERSIST_SYNTAX",
      `found a regular expression that is none: ${(error as Error).message}`,
      start,
      error,
    );
  }
}

/** Passes the literal at the current position; gives the place of the `/` that ends its body. */
export function skipRegExp(source: Source): number {
  const { text } = source;
  const start = source.pos;
  let pos = start + 1;
  for (let inClass = false; ; pos++) {
    const c = charCodeAt(text, pos);
    if (c !== c || isLineEnd(c))
      source.fail("PERSIST_SYNTAX", "found a regular expression without an end", start);
    if (c === 0x5c) {
      pos++;
      const escaped = charCodeAt(text, pos);
      if (escaped !== escaped || isLineEnd(escaped)) {
        source.fail("PERSIST_SYNTAX", "found a regular expression without an end", start);
      }
    } else if (c === 0x5b) inClass = true;
    else if (c === 0x5d) inClass = false;
    else if (c === 0x2f && !inClass) break;
  }
  source.pos = pos + 1;
  for (
    let c = charCodeAt(text, source.pos);
    isNameStart(c) || (c >= 0x30 && c <= 0x39);
    c = charCodeAt(text, source.pos)
  ) {
    source.pos++;
  }
  const after = charCodeAt(text, source.pos);
  if (after === 0x5c || after >= 0x80) {
    // white space and line ends beyond ASCII may follow, other characters would be flags
    const at = source.pos;
    source.skip();
    if (source.pos === at) source.unexpected("the end of a regular expression", at);
    source.pos = at;
  }
  return pos;
}
