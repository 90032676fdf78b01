// Run in a process of its own, where nobody has touched arrays in general: prints what is wrong with how long arrays are told apart.
import { isPersistError, restore, stringify } from "persist-archive";
import { isFlat } from "#dist/represent/flat-array.js";
import { difference } from "../support/isomorphic.ts";

const LENGTH = 10_500;

const lists: Record<string, () => unknown[]> = {
  doubles: () => Array.from({ length: LENGTH }, (_, i) => i / 7),
  "doubles, pushed": () => {
    const list: number[] = [];
    for (let i = 0; i < LENGTH; i++) list.push(i + 0.5);
    return list;
  },
  integers: () => Array.from({ length: LENGTH }, (_, i) => i),
  texts: () => Array.from({ length: LENGTH }, (_, i) => `t${i}`),
  objects: () => Array.from({ length: LENGTH }, (_, i) => ({ i })),
  "parsed numbers": () =>
    JSON.parse(JSON.stringify(Array.from({ length: LENGTH }, (_, i) => i / 3))) as unknown[],
};

let runs = 0;
const accessors: Record<string, PropertyDescriptor> = {
  getter: { get: () => ++runs, configurable: true, enumerable: true },
  setter: { set: () => runs++, configurable: true, enumerable: true },
};
const attributes: Record<string, PropertyDescriptor> = {
  "read-only element": { writable: false },
  "hidden element": { enumerable: false },
  "fixed element": { configurable: false },
};

const wrong: string[] = [];
const expect = (name: string, isRight: boolean): void => {
  if (!isRight) wrong.push(name);
};
const comesBack = (list: unknown[]): boolean =>
  difference({ list }, { ...restore(stringify({ list })) }) === null;

for (const [name, make] of Object.entries(lists)) {
  const list = make();
  expect(`${name}: not flat`, isFlat(list));
  Reflect.deleteProperty(list, 7);
  expect(`${name}: a hole is lost`, comesBack(list));
  list[7] = 1.5;
  expect(`${name}: an element of another kind is lost`, comesBack(list));

  for (const at of [0, LENGTH - 1]) {
    for (const [what, descriptor] of Object.entries({ ...accessors, ...attributes })) {
      const odd = Object.defineProperty(make(), at, descriptor);
      // also when the engine has compiled the question, and learned from its answers
      for (let i = 0; i < 200; i++) expect(`${name}, ${what} at ${at}: flat`, !isFlat(odd));
      if (what in attributes) expect(`${name}, ${what} at ${at}: lost`, comesBack(odd));
      else expect(`${name}, ${what} at ${at}: not refused`, isRefused(odd, `.list[${at}]`));
    }
  }
}
expect("an accessor ran", runs === 0);

function isRefused(list: unknown[], keyPath: string): boolean {
  try {
    stringify({ list });
    return false;
  } catch (error) {
    return isPersistError(error, "PERSIST_UNSUPPORTED_VALUE") && error.keyPath === keyPath;
  }
}

// where copies of arrays are made by someone else, nothing is known
const usual = Object.getOwnPropertyDescriptor(Array, Symbol.species)!;
Object.defineProperty(Array, Symbol.species, { get: () => (runs++, Array), configurable: true });
const isKnown = isFlat(lists["doubles"]!());
Object.defineProperty(Array, Symbol.species, usual);
expect("another species is not seen", !isKnown && runs === 0);
expect("a list that was a copy's model is lost", comesBack(lists["doubles"]!()));

console.log(JSON.stringify([...new Set(wrong)]));
