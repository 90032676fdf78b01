// What does not come back yet, and why. The tests assert that exactly these fail; what is mended is taken out here.

interface Gap {
  /** The directions that lose it. */
  direction: RegExp;
  /** Names of cases. */
  name: RegExp;
}

const reading = /restore|open/;

const gaps: Gap[] = [
  // The archive's own package.json hides the project's, so that a module of the project cannot be imported by the project's name.
  { direction: /package/, name: /^(instance|class as value): .*by the project's name/ },
  // An array that is not extensible and empty comes back with a read-only length.
  { direction: /./, name: /^array: (sealed|not extensible), empty$|^array subclass: not extensible, empty$/ },
  // Hidden state that is lost instead of refused.
  {
    direction: /refuse/,
    name: /^private (method|accessor|field in a Map)$|^FinalizationRegistry$|^Intl\.|^TextDecoder$|^FormData$|^AsyncLocalStorage$/,
  },
  // `isPrototypeOf` runs the traps of a proxy in the prototype chain.
  { direction: /refuse/, name: /^proxy (as prototype|in the prototype's prototype)$/ },
  // Forms that are written and not read.
  { direction: reading, name: /^arguments:|^cycle: (.*, )?arguments\b|^cycle: through/ },
  { direction: reading, name: /^bound: |^cycle: (.*, )?bound receiver/ },
  {
    direction: reading,
    name: /: tracking|^ArrayBuffer: subclass, resizable|^ArrayBuffer: resizable(?!, empty)|^SharedArrayBuffer:|of shared memory|on shared memory/,
  },
  {
    direction: reading,
    name: /^prototype: (a function|Math)$|^Error: no stack|^object by reference: globalThis/,
  },
  { direction: reading, name: /^lying: own mark of an NDArray/ },
  // A property that holds an object is taken for an element of a typed array.
  {
    direction: reading,
    name: /^cycle: (.*, )?typed array|^(typed array|Buffer): containing|^typed array: symbol and|^views of one buffer: in a cycle/,
  },
  // What is behind a getter of a CommonJS module.
  { direction: reading, name: /: CommonJS, behind a getter/ },
];

export function isNotYet(name: string, direction: string): boolean {
  return gaps.some((gap) => gap.direction.test(direction) && gap.name.test(name));
}

/** Kinds of nodes that the generator of random graphs leaves out for the same reason. */
export const notYetKinds: ReadonlySet<string> = new Set([
  "arguments",
  "bound function",
  "ArrayBuffer",
  "SharedArrayBuffer",
  "typed array",
  "typed array subclass",
  "DataView",
  "Buffer",
]);

/** Names of shapes that do not come back yet. */
export const notYetShapes: ReadonlySet<string> = new Set([]);
