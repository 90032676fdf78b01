// The rules of the floors, as functions of a list of imports, so that the rules themselves can be tested.

export interface Import {
  /** File that imports, relative to the checkout. */
  from: string;
  /** File or module that is imported. */
  to: string;
}

/** Floors of lib/, the lowest first. Files directly in lib/ are the lowest; index.ts is above all. */
export const LIB_FLOORS: readonly (readonly string[])[] = [
  ["."],
  ["graph", "represent"],
  ["emit", "interpret"],
  ["store", "disk"],
  ["archive"],
  ["dataset", "checkpoints"],
  ["verify"],
  ["cli"],
];

/** Floors of native/, the lowest first. */
export const NATIVE_FLOORS: readonly (readonly string[])[] = [
  ["."],
  ["os"],
  ["array"],
  ["hdf5"],
  ["binding"],
];

/** `emit` for `lib/emit/names.ts`, `.` for `lib/errors.ts`. */
export function folderOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? parts[1]! : ".";
}

/** One message for each import that leads to a higher floor, or comes from a folder that no floor knows. */
export function upwardImports(imports: Import[], floors: readonly (readonly string[])[]): string[] {
  const floorOf = (path: string): number =>
    path === "lib/index.ts" ? floors.length : floors.findIndex((folders) => folders.includes(folderOf(path)));
  const messages: string[] = [];
  for (const { from, to } of imports) {
    const [high, low] = [floorOf(from), floorOf(to)];
    if (high === -1) messages.push(`${from} is on no known floor`);
    else if (low === -1) messages.push(`${to}, imported by ${from}, is on no known floor`);
    else if (low > high) messages.push(`${from} (floor ${high}) imports ${to} (floor ${low})`);
  }
  return [...new Set(messages)];
}

/** Folders that import each other in a circle, each circle as `a -> b -> a`. */
export function folderCycles(imports: Import[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (from === "lib/index.ts" || to === "lib/index.ts") continue;
    const [a, b] = [folderOf(from), folderOf(to)];
    if (a !== b) next.set(a, (next.get(a) ?? new Set()).add(b));
  }
  const cycles = new Set<string>();
  const follow = (path: string[]): void => {
    for (const folder of next.get(path.at(-1)!) ?? []) {
      const at = path.indexOf(folder);
      if (at === -1) follow([...path, folder]);
      // Each circle is found from every folder in it; the one that begins with its least name stands for all.
      else if (path.slice(at).every((other) => other >= folder))
        cycles.add([...path.slice(at), folder].join(" -> "));
    }
  };
  for (const folder of next.keys()) follow([folder]);
  return [...cycles];
}

/** One message for each import of a module that its folder has no business with. `*` in the table is every folder. */
export function strayModules(imports: Import[], allowed: Record<string, readonly string[]>): string[] {
  return imports
    .filter(({ from, to }) => {
      const lists = [allowed["*"], allowed[folderOf(from)], allowed[from]];
      return !lists.some((list) => list?.includes(to));
    })
    .map(({ from, to }) => `${from} imports ${to}`);
}
