import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../../harness/paths.mjs";

// The package as it is published, imported by its name in a process that has imported nothing else. The peers are imported in the same way; none of them loads its addon before it is used.
export default {
  title: "import the package",
  parameters: {},
  quick: {},
  reference: ["empty"],
  targets: [{ driver: "persist-archive", below_ms: 40 }],
  prepare(shared) {
    const installed = join(shared, "node_modules", "persist-archive");
    const { status } = spawnSync(
      process.execPath,
      [join(projectDirectory, "native", "bundle.mjs"), "--into", join(installed, "bundle")],
      { stdio: "inherit" },
    );
    if (status !== 0) throw new Error("the package could not be bundled");
    cpSync(join(projectDirectory, "package.json"), join(installed, "package.json"));
    const empty = join(shared, "node_modules", "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "package.json"), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(join(empty, "index.js"), "export {};\n");
    writeFileSync(join(shared, "importing.mjs"), "export const importing = (name) => () => import(name);\n");
  },
};
