// Checks of options. What is wrong with them is the caller's fault: a TypeError or RangeError that says what was given and what is allowed.

/** @throws TypeError unless a value is one of those allowed */
export function checkOneOf(what: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const quoted = allowed.map((one) => `"${one}"`);
  const list = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  throw new TypeError(`${what} must be ${list}, not ${String(value)}`);
}

/** @throws RangeError unless a value is a number, 0 or more; Infinity is one */
export function checkNumber(what: string, value: unknown): void {
  if (typeof value !== "number" || !(value >= 0))
    throw new RangeError(`${what} must be a number, 0 or more, not ${String(value)}`);
}

/** @throws RangeError unless a value is an integer, `least` or more */
export function checkCount(what: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw new RangeError(`${what} must be an integer, ${least} or more, not ${String(value)}`);
}
