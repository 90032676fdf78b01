// What is said of an archive that was written.

import type { Plan } from "../graph/plan.ts";
import { modulePath, type Layout } from "./layout.ts";
import type { SaveReport } from "./options.ts";
import type { WrittenFile } from "./publish.ts";
import { relativeSpecifier } from "./specifier.ts";

/** The report of a save that began at `start_ms`, by the clock of `performance.now`. */
export function reportOf(layout: Layout, plan: Plan, files: WrittenFile[], start_ms: number): SaveReport {
  return {
    path: modulePath(layout),
    files,
    size_bytes: files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    elapsed_ms: performance.now() - start_ms,
    relativeImports: plan.imports.flatMap(({ file }) =>
      file === undefined ? [] : [relativeSpecifier(layout.directory, file)],
    ),
  };
}
