// A chain: each level holds the next and nothing else.

const wraps = {
  objects: (inner) => ({ inner }),
  maps: (inner) => new Map([["inner", inner]]),
};

/** @param {keyof typeof wraps} shape @param {number} levels */
export function makeChain(shape, levels) {
  let value = { end: true };
  for (let level = 0; level < levels; level++) value = wraps[shape](value);
  return value;
}

/** For drivers: throws when what was read is not the whole chain. */
export function expectChain(chain, levels) {
  let count = 0;
  let value = chain;
  for (; value.end !== true; count++) value = value instanceof Map ? value.get("inner") : value.inner;
  if (count !== levels) throw new Error(`${count} levels were read instead of ${levels}`);
}
