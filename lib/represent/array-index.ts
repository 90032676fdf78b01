// Which keys are those of an array's elements.

/** Whether a key is an array index: a canonical integer below 2^32 - 1. */
export function isIndex(key: PropertyKey): boolean {
  if (typeof key !== "string") return false;
  const n = Number(key);
  return n >>> 0 === n && n !== 4294967295 && String(n) === key;
}
