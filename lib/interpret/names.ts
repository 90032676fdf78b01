// Identifiers: their characters and escapes, and the words that cannot be one.

import { charCodeAt, codePointAt, exec, fromCodePoint, mapHas, slice } from "./natives.ts";
import type { Source } from "./source.ts";
import { readUnicodeEscape } from "./strings.ts";

const START = /^[\p{ID_Start}$_]$/u;
const PART = /^[\p{ID_Continue}$_\u200c\u200d]$/u;

/** Words that no binding of a module may have. */
const reserved: ReadonlyMap<string, true> = new Map(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for function if " +
    "implements import in instanceof interface let new null package private protected public return static super switch this throw true " +
    "try typeof var void while with yield eval arguments"
  )
    .split(" ")
    .map((word) => [word, true]),
);

export function isReserved(name: string): boolean {
  return mapHas(reserved, name);
}

export function isNameStart(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x24 || c === 0x5f;
}

/** Whether a name begins at `at`; an escape counts. */
export function startsName(text: string, at: number): boolean {
  const c = charCodeAt(text, at);
  if (isNameStart(c) || c === 0x5c) return true;
  return c >= 0x80 && exec(START, fromCodePoint(codePointAt(text, at)!)) !== null;
}

/** Reads the name at the current position, with its escapes; "" when there is none. */
export function readName(source: Source): string {
  const { text } = source;
  const start = source.pos;
  let pos = start;
  for (;;) {
    const c = charCodeAt(text, pos);
    if (isNameStart(c) || (c >= 0x30 && c <= 0x39 && pos > start)) pos++;
    else if (c === 0x5c || c >= 0x80) return readUnusualName(source);
    else break;
  }
  source.pos = pos;
  return slice(text, start, pos);
}

/** A name with characters beyond ASCII, or with escapes. */
function readUnusualName(source: Source): string {
  const { text } = source;
  const start = source.pos;
  let name = "";
  let escaped = false;
  for (;;) {
    const at = source.pos;
    let character: string;
    if (charCodeAt(text, at) === 0x5c) {
      if (charCodeAt(text, at + 1) !== 0x75) source.unexpected("`\\u` in a name");
      source.pos = at + 2;
      character = fromCodePoint(readUnicodeEscape(source, at));
      escaped = true;
      if (exec(name === "" ? START : PART, character) === null) {
        source.fail("PERSIST_SYNTAX", "found an escape for a character that cannot be part of a name", at);
      }
    } else {
      const point = codePointAt(text, at);
      if (point === undefined) break;
      character = fromCodePoint(point);
      if (exec(name === "" ? START : PART, character) === null) break;
      source.pos += character.length;
    }
    name += character;
  }
  if (escaped && isReserved(name))
    source.fail("PERSIST_SYNTAX", `found the word \`${name}\` written with an escape`, start);
  return name;
}
