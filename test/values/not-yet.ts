// What does not come back yet, and why. The tests assert that exactly these fail; what is mended is taken out here.

interface Gap {
  /** The directions that lose it. */
  direction: RegExp;
  /** Names of cases. */
  name: RegExp;
}

const gaps: Gap[] = [
  { direction: /refuse/, name: /^FormData$/ }, // Its hidden state is lost instead of refused.
  { direction: /refuse/, name: /^proxy (as prototype|in the prototype's prototype)$/ }, // A trap of the proxy runs.
];

export function isNotYet(name: string, direction: string): boolean {
  return gaps.some((gap) => gap.direction.test(direction) && gap.name.test(name));
}

/** Kinds of nodes that the generator of random graphs leaves out for the same reason. */
export const notYetKinds: ReadonlySet<string> = new Set([]);

/** Names of shapes that do not come back yet. */
export const notYetShapes: ReadonlySet<string> = new Set([]);
