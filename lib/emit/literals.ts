// How primitives and keys are written. A string cannot end early or inject anything: JSON's escapes are JavaScript's.

import { isIdentifier } from "../graph/names.ts";
import { narrow } from "../graph/narrow.ts";
import { quote } from "../graph/quote.ts";

/** A primitive as a JavaScript literal; in a long text with few characters beyond Latin-1 (`isLong`). */
export function literal(
  value: undefined | null | boolean | number | string | bigint,
  isLong: boolean = false,
): string {
  switch (typeof value) {
    case "string":
      return isLong ? narrow(quote(value)) : quote(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    default:
      return String(value);
  }
}

/** Longer expressions are no easier to read as literals. */
const REGEXP_CHARACTERS = 200;

/**
 * A regular expression: a literal where every parser of ES2022 certainly knows what is in it, else a call. For a literal that it does not know, a parser refuses the
 * whole module.
 */
export function regExp(source: string, flags: string): string {
  const isCommon =
    source.length <= REGEXP_CHARACTERS &&
    /^[dgimsuy]*$/.test(flags) &&
    !/\\p|\(\?(?![:=!]|<[=!])|\p{Cs}/iu.test(source);
  if (isCommon) return `/${source}/${flags}`;
  return `new RegExp(${literal(source)}${flags === "" ? "" : `, ${literal(flags)}`})`;
}

/** A property key in an object literal. `__proto__` is computed, so that it is a property and not the prototype. */
export function propertyKey(key: string, isLong: boolean = false): string {
  if (key === "__proto__") return '["__proto__"]';
  if (isIndex(key)) return key;
  const quoted = literal(key, isLong);
  return isIdentifier(key) && !quoted.includes("\\") ? key : quoted;
}

/** A member access: `.name`, `[3]` or `["odd name"]`. */
export function member(key: string): string {
  if (isIndex(key)) return `[${key}]`;
  return isIdentifier(key) && key !== "__proto__" ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,14})$/.test(key);
}
