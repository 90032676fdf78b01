// String literals and templates without `${}`.

import { charCodeAt, fromCharCode, fromCodePoint, indexOf, replaceAll, slice } from "./natives.ts";
import type { Source } from "./source.ts";

const BACKSLASH = 0x5c;
const BACKTICK = 0x60;
const LINE_FEED = 0x0a;
/** From this length on a string with escapes is looked at as a whole. */
const LONG = 256;

/** Reads the string literal at the current position. */
export function readString(source: Source): string {
  const { text } = source;
  const start = source.pos;
  const quote = charCodeAt(text, start);
  let pos = start + 1;
  for (;;) {
    const c = charCodeAt(text, pos);
    if (c === quote) break;
    if (c === BACKSLASH) return readLines(source, start, quote) ?? readEscaped(source, start, quote);
    if (c === 0x0a || c === 0x0d || c !== c)
      source.fail("PERSIST_SYNTAX", "found a string without an end", start);
    pos++;
  }
  source.pos = pos + 1;
  return copy(slice(text, start + 1, pos));
}

/** V8 keeps the whole text alive for each longer slice of it; a slice of a new string keeps no more than that. */
function copy(part: string): string {
  return part.length < 13 ? part : slice(` ${part}`, 1);
}

/**
 * A long string whose only escapes are those of its quote, of backslashes and of the ends of lines, as in a block of JSON: they are looked for by the engine, which
 * takes a fraction of the time. Gives undefined, and passes nothing, where there is anything else in it.
 */
function readLines(source: Source, start: number, quote: number): string | undefined {
  const { text } = source;
  const mark = fromCharCode(quote);
  let end = start;
  do {
    end = indexOf(text, mark, end + 1);
    if (end < 0) return undefined;
  } while (isEscaped(text, start + 1, end));
  if (end - start < LONG) return undefined;
  const inside = slice(text, start + 1, end);
  let value = "";
  let from = 0;
  for (let at = indexOf(inside, "\\"); at >= 0; at = indexOf(inside, "\\", at + 2)) {
    const c = charCodeAt(inside, at + 1);
    if (c !== LINE_FEED && c !== BACKSLASH && c !== quote) return undefined;
    value += slice(inside, from, at);
    from = c === LINE_FEED ? at + 2 : at + 1;
  }
  value += slice(inside, from);
  if (indexOf(value, "\n") >= 0 || indexOf(value, "\r") >= 0) return undefined;
  source.pos = end + 1;
  return value;
}

/** A string with escapes; `quote` ends it, and in a template (a backtick) lines may end in it. */
function readEscaped(source: Source, start: number, quote: number): string {
  const { text } = source;
  let value = "";
  let from = start + 1;
  let pos = from;
  for (;;) {
    const c = charCodeAt(text, pos);
    if (c === quote) break;
    if (c !== c || (quote !== BACKTICK && (c === 0x0a || c === 0x0d))) {
      source.fail(
        "PERSIST_SYNTAX",
        `found a ${quote === BACKTICK ? "template" : "string"} without an end`,
        start,
      );
    }
    if (c === BACKSLASH) {
      value += slice(text, from, pos);
      source.pos = pos + 1;
      value += readEscape(source);
      from = pos = source.pos;
    } else if (quote === BACKTICK && c === 0x0d) {
      // a template knows one end of line only
      value += `${slice(text, from, pos)}\n`;
      pos += charCodeAt(text, pos + 1) === 0x0a ? 2 : 1;
      from = pos;
    } else if (quote === BACKTICK && c === 0x24 && charCodeAt(text, pos + 1) === 0x7b) {
      source.refuse("`${` in a template", pos);
    } else {
      pos++;
    }
  }
  source.pos = pos + 1;
  return value + slice(text, from, pos);
}

/** The value of the escape whose backslash has been passed. */
function readEscape(source: Source): string {
  const { text } = source;
  const at = source.pos - 1;
  const c = charCodeAt(text, source.pos++);
  switch (c) {
    case 0x6e:
      return "\n";
    case 0x74:
      return "\t";
    case 0x72:
      return "\r";
    case 0x62:
      return "\b";
    case 0x66:
      return "\f";
    case 0x76:
      return "\v";
    case 0x75:
      return fromCodePoint(readUnicodeEscape(source, at));
    case 0x78: {
      const value = readHex(source, 2, at);
      return fromCharCode(value);
    }
    case 0x0d:
      if (charCodeAt(text, source.pos) === 0x0a) source.pos++;
      return "";
    case 0x0a:
    case 0x2028:
    case 0x2029:
      return "";
    default:
      if (c === 0x30) {
        const next = charCodeAt(text, source.pos);
        if (!(next >= 0x30 && next <= 0x39)) return "\0";
      }
      if (c >= 0x30 && c <= 0x39)
        source.fail("PERSIST_SYNTAX", "found an octal escape, which modules do not have", at);
      if (c !== c) source.fail("PERSIST_SYNTAX", "found a string without an end", at);
      return fromCharCode(c);
  }
}

/** The code point of `\uXXXX` or `\u{…}`, whose `\u` has been passed. */
export function readUnicodeEscape(source: Source, at: number): number {
  if (charCodeAt(source.text, source.pos) !== 0x7b) return readHex(source, 4, at);
  source.pos++;
  let value = 0;
  let digits = 0;
  for (; charCodeAt(source.text, source.pos) !== 0x7d; digits++) {
    value = value * 16 + readHex(source, 1, at);
    if (value > 0x10ffff) source.fail("PERSIST_SYNTAX", "found an escape beyond \\u{10ffff}", at);
  }
  if (digits === 0) source.fail("PERSIST_SYNTAX", "found an escape without digits", at);
  source.pos++;
  return value;
}

function readHex(source: Source, count: number, at: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const c = charCodeAt(source.text, source.pos);
    const digit =
      c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1;
    if (digit < 0) source.fail("PERSIST_SYNTAX", "found an escape that is not hexadecimal", at);
    value = value * 16 + digit;
    source.pos++;
  }
  return value;
}

/** Reads the template at the current position, with its escapes. */
export function readTemplate(source: Source): string {
  return readEscaped(source, source.pos, BACKTICK);
}

/** Reads the template at the current position as `String.raw` gives it. */
export function readRawTemplate(source: Source): string {
  const { text } = source;
  const start = source.pos + 1;
  let end = start - 1;
  do {
    end = indexOf(text, "`", end + 1);
    if (end < 0) source.fail("PERSIST_SYNTAX", "found a template without an end", start - 1);
  } while (isEscaped(text, start, end));
  source.pos = end + 1;
  const raw = slice(text, start, end);
  for (let at = indexOf(raw, "${"); at >= 0; at = indexOf(raw, "${", at + 2)) {
    if (!isEscaped(raw, 0, at)) source.refuse("`${` in a template", start + at);
  }
  if (indexOf(raw, "\r") < 0) return raw;
  return replaceAll(replaceAll(raw, "\r\n", "\n"), "\r", "\n");
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(text: string, start: number, at: number): boolean {
  let from = at;
  while (from > start && charCodeAt(text, from - 1) === BACKSLASH) from--;
  return (at - from) % 2 === 1;
}
