// Number and BigInt literals.

import type { Budget } from "./limits.ts";
import { startsName } from "./names.ts";
import { charCodeAt, indexOf, replaceAll, slice, toBigInt, toNumber } from "./natives.ts";
import type { Source } from "./source.ts";

/** Reads the number at the current position. */
export function readNumber(source: Source, budget: Budget): number | bigint {
  const { text } = source;
  const start = source.pos;
  let pos = start;
  let value = 0;
  let c = charCodeAt(text, pos);
  // an integer of at most 15 digits without anything special, the most frequent kind
  for (; c >= 0x30 && c <= 0x39; c = charCodeAt(text, ++pos)) value = value * 10 + (c - 0x30);
  const length = pos - start;
  if (length > 0 && length <= 15 && (length === 1 || charCodeAt(text, start) !== 0x30) && isEnd(c)) {
    source.pos = pos;
    return value;
  }
  return readAny(source, budget, start);
}

/** Whether `c` surely ends a number. */
function isEnd(c: number): boolean {
  return c === 0x2c || c === 0x5d || c === 0x7d || c === 0x3b || c === 0x20 || c === 0x0a || c === 0x29;
}

function readAny(source: Source, budget: Budget, start: number): number | bigint {
  const { text } = source;
  source.pos = start;
  const radix = charCodeAt(text, start) === 0x30 ? charCodeAt(text, start + 1) | 0x20 : 0;
  let integer = true;
  if (radix === 0x78 || radix === 0x6f || radix === 0x62) {
    source.pos = start + 2;
    readDigits(source, start, radix === 0x78 ? isHex : radix === 0x6f ? isOctal : isBinary);
  } else {
    let digits = charCodeAt(text, start) === 0x2e ? 0 : readDigits(source, start, isDecimal);
    const zero = charCodeAt(text, start) === 0x30;
    if (zero && digits > 1)
      source.fail("PERSIST_SYNTAX", "found a number that begins with 0, which modules do not have", start);
    if (charCodeAt(text, source.pos) === 0x2e) {
      integer = false;
      source.pos++;
      if (isDecimal(charCodeAt(text, source.pos)) || digits === 0)
        digits = readDigits(source, start, isDecimal);
    }
    if ((charCodeAt(text, source.pos) | 0x20) === 0x65) {
      integer = false;
      source.pos++;
      const sign = charCodeAt(text, source.pos);
      if (sign === 0x2b || sign === 0x2d) source.pos++;
      readDigits(source, start, isDecimal);
    }
  }
  let digits = slice(text, start, source.pos);
  if (indexOf(digits, "_") >= 0) digits = replaceAll(digits, "_", "");
  const isBig = integer && charCodeAt(text, source.pos) === 0x6e;
  if (isBig) source.pos++;
  if (startsName(text, source.pos) || isDecimal(charCodeAt(text, source.pos)))
    source.unexpected("the end of a number");
  if (!isBig) return toNumber(digits);
  budget.digits(digits.length);
  return toBigInt(digits);
}

/** Passes digits with single underscores between them; gives their number, at least 1. */
function readDigits(source: Source, start: number, isDigit: (c: number) => boolean): number {
  let count = 0;
  let separated = true; // an underscore may not come first
  for (;;) {
    const c = charCodeAt(source.text, source.pos);
    if (isDigit(c)) {
      separated = false;
    } else if (
      c === 0x5f &&
      !separated &&
      !(count === 1 && charCodeAt(source.text, start) === 0x30 && source.pos === start + 1)
    ) {
      separated = true;
    } else {
      break;
    }
    count++;
    source.pos++;
  }
  if (separated) source.unexpected("a digit");
  return count;
}

function isDecimal(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isHex(c: number): boolean {
  return isDecimal(c) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);
}

function isOctal(c: number): boolean {
  return c >= 0x30 && c <= 0x37;
}

function isBinary(c: number): boolean {
  return c === 0x30 || c === 0x31;
}
