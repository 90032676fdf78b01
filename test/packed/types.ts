// The package as TypeScript and the linters of packages see it.
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project/checkout.ts";
import { run } from "./project.ts";

/** One with the compiler in JavaScript, and one with the compiler in Go. */
const COMPILERS = ["typescript@5.9", "typescript@7.0"];

const RESOLUTIONS = [
  { module: "node16", moduleResolution: "node16" },
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];

export function checkTypes(project: string, tarball: string): void {
  copyFileSync(join(root, "test/packed/consumer.ts"), join(project, "consumer.ts"));
  for (const name of ["@types/node", "undici-types"]) {
    mkdirSync(join(project, "node_modules/@types"), { recursive: true });
    cpSync(join(root, "node_modules", name), join(project, "node_modules", name), { recursive: true });
  }
  for (const compiler of COMPILERS) {
    for (const resolution of RESOLUTIONS) {
      const options = { ...resolution, target: "es2022", lib: "es2023,esnext.disposable", types: "node" };
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      run(["npx", "--yes", "--package", compiler, "tsc", "--noEmit", "--strict", ...flags, "consumer.ts"], {
        cwd: project,
      });
      console.log(`${compiler}, moduleResolution ${resolution.moduleResolution}: no error`);
    }
  }
  // The package is ES modules only: every Node that it supports takes them by require() too.
  run(["npx", "--yes", "@arethetypeswrong/cli@0.18", "--profile", "esm-only", tarball]);
  run(["npx", "--yes", "publint@0.3", "--strict", tarball]);
}
