// Names of cases that do not come back yet. The tests assert that it is exactly these.

export const notYet: ReadonlySet<string> = new Set([]);
