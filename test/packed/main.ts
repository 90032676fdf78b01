// Tests the package as it is published: packs it, installs it into an empty project on a PATH without any tool, and runs the tests of the public interface against
// what was installed.
//
//   npm run test:packed                        all of it
//   npm run test:packed -- --on 22,types       some of it: a version of Node, `arm64`, `bare`, `beside`, `types`
//   npm run test:packed -- --tarball FILE      a package that is there already
//   npm run test:packed -- --on 24 store/      only tests whose path begins so
//
// `20.19`, `22`, `24`, `26`: the tests, by that Node from npm.
// `arm64`: a round trip of every format by Node for arm64, under qemu where this machine is none.
// `bare`: the same in a root directory with Node, the libraries that it needs, and the project; nothing else. Needs root.
// `beside`: files written and read in turn with h5wasm, in one process, into which the system's HDF5 was loaded before.
// `types`: a program in TypeScript is compiled under every module resolution by two compilers, and the linters of packages look at the package.
import { parseArgs } from "node:util";
import { runBesideOthers, runInBareRoot, runOnArm64, runTests } from "./machines.ts";
import { makeProject, pack } from "./project.ts";
import { checkTypes } from "./types.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    on: { type: "string", default: "types,bare,beside,arm64,20.19,22,24,26" },
    tarball: { type: "string" },
  },
});

const tarball = values.tarball ?? pack();
const project = makeProject(tarball);
const failed: string[] = [];
for (const machine of values.on.split(",")) {
  console.log(`\n--- ${machine}`);
  try {
    if (machine === "types") checkTypes(project, tarball);
    else if (machine === "bare") runInBareRoot(project);
    else if (machine === "beside") runBesideOthers(project);
    else if (machine === "arm64") runOnArm64(project);
    else runTests(project, machine, positionals);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    failed.push(machine);
  }
}
console.log(failed.length === 0 ? "\nthe package is good" : `\nFAILED: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
