// The text as tokens, for what only looks at it: the outline of a module, and the recognition of helpers.

import { isNameStart, isReserved, readName, startsName } from "./names.ts";
import { charCodeAt, slice, startsWith } from "./natives.ts";
import { skipRegExp } from "./regexps.ts";
import type { Source } from "./source.ts";
import { readRawTemplate, readString } from "./strings.ts";

export const END = 0;
export const NAME = 1;
export const STRING = 2;
export const NUMBER = 3;
export const TEMPLATE = 4;
export const REGEXP = 5;
export const PUNCTUATOR = 6;

export class Tokens {
  readonly #source: Source;
  kind: number = END;
  /** Where the token begins and ends. */
  start = 0;
  end = 0;
  /** Whether a line ended between the token before and this one. */
  newline = false;
  /** The name, the punctuator, the value of a string; "" for others. */
  text = "";
  /** Whether a `/` here would divide. */
  #afterValue = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Goes to the next token and gives its kind. Operators of several characters are one token. */
  next(): number {
    const source: Source = this.#source;
    const c = source.skip();
    this.newline = source.newline;
    this.start = source.pos;
    this.kind = this.#read(c);
    this.end = source.pos;
    return this.kind;
  }

  /** Whether the current token is this punctuator or name. */
  is(text: string): boolean {
    return (this.kind === PUNCTUATOR || this.kind === NAME) && this.text === text;
  }

  #read(c: number): number {
    const source: Source = this.#source;
    const { text } = source;
    if (c !== c) return END;
    if (c === 0x22 || c === 0x27) {
      this.text = readString(source);
      this.#afterValue = true;
      return STRING;
    }
    if (c === 0x60) {
      readRawTemplate(source);
      this.text = "";
      this.#afterValue = true;
      return TEMPLATE;
    }
    if ((c >= 0x30 && c <= 0x39) || (c === 0x2e && isDigit(charCodeAt(text, source.pos + 1)))) {
      this.#skipNumber();
      this.text = slice(text, this.start, source.pos);
      this.#afterValue = true;
      return NUMBER;
    }
    if (startsName(text, source.pos)) {
      this.text = readName(source);
      this.#afterValue =
        !isReserved(this.text) ||
        this.text === "this" ||
        this.text === "null" ||
        this.text === "true" ||
        this.text === "false";
      return NAME;
    }
    if (c === 0x2f && !this.#afterValue) {
      skipRegExp(source);
      this.text = "";
      this.#afterValue = true;
      return REGEXP;
    }
    const length = operatorLength(text, source.pos, c);
    this.text = slice(text, source.pos, source.pos + length);
    source.pos += length;
    this.#afterValue = c === 0x29 || c === 0x5d || c === 0x7d;
    return PUNCTUATOR;
  }

  /** Roughly; the reader itself is exact about numbers. */
  #skipNumber(): void {
    const source: Source = this.#source;
    for (let c = charCodeAt(source.text, source.pos); ; c = charCodeAt(source.text, ++source.pos)) {
      if (isNameStart(c) || isDigit(c) || c === 0x2e) continue;
      const before = charCodeAt(source.text, source.pos - 1) | 0x20;
      if (
        (c === 0x2b || c === 0x2d) &&
        before === 0x65 &&
        (charCodeAt(source.text, this.start + 1) | 0x20) !== 0x78
      )
        continue;
      return;
    }
  }
}

/** The length of the punctuator at `at`, whose first character is `c`: operators are whole, brackets and commas one each. */
function operatorLength(text: string, at: number, c: number): number {
  if (c === 0x2e) return startsWith(text, "...", at) ? 3 : 1;
  const next = charCodeAt(text, at + 1);
  if (c === 0x3d || c === 0x21) {
    if (c === 0x3d && next === 0x3e) return 2;
    if (next !== 0x3d) return 1;
    return charCodeAt(text, at + 2) === 0x3d ? 3 : 2;
  }
  return (c === 0x7c || c === 0x26 || c === 0x2a || c === 0x3f) && next === c ? 2 : 1;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}
