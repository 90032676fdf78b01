// Names of cases that do not come back yet. The tests assert that it is exactly these.

export const notYet: ReadonlySet<string> = new Set([]);

/** Kinds of nodes that the generator of random graphs leaves out for the same reason. */
export const notYetKinds: ReadonlySet<string> = new Set([]);

/** Names of shapes that do not come back yet. */
export const notYetShapes: ReadonlySet<string> = new Set([]);
