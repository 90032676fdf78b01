// A small project in a temporary directory, with modules and packages that archives refer to; archives are written beside them.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// A child process that must see the same files is given the directory of its parent.
const inherited = process.env["PERSIST_TEST_PROJECT"];

/** The directory of the project. */
export const projectDirectory: string = inherited ?? makeProject();

function makeProject(): string {
  const directory = mkdtempSync(join(tmpdir(), "persist-archive-project-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const packages = fileURLToPath(new URL("../../../test/fixtures/modules", import.meta.url));
  cpSync(packages, directory, {
    recursive: true,
    filter: (path) => !path.startsWith(join(packages, "packages")),
  });
  cpSync(join(packages, "packages"), join(directory, "node_modules"), { recursive: true });
  // `represented.mjs` imports this library by its name.
  symlinkSync(
    fileURLToPath(new URL("../../..", import.meta.url)),
    join(directory, "node_modules", "persist-archive"),
  );
  return directory;
}

/** What module code would import: the members are whatever the fixture has. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Members = Record<string, any>;

const requireFromProject = createRequire(join(projectDirectory, "package.json"));

/** Imports a file of the project, or a package of it by its bare specifier. */
export async function importFromProject(specifier: string): Promise<Members> {
  const path = specifier.startsWith(".")
    ? join(projectDirectory, specifier)
    : requireFromProject.resolve(specifier);
  return (await import(pathToFileURL(path).href)) as Members;
}
