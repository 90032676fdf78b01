// The package as a file, and a project that has installed it.
import { execFileSync, spawnSync, type SpawnSyncOptions } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { root } from "../project/checkout.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** What a package may take: for all targets, to be installed once npm has what it depends on, and to be loaded. */
const LARGEST_BYTES = 6 * 2 ** 20;
const SLOWEST_INSTALL_MS = 5000;
/** Within a program, from `import()` to the module. */
const SLOWEST_IMPORT_MS = 40;
/** Parts of Node that take long to load, and that no import of the package needs. */
const NOT_LOADED =
  /^NativeModule (child_process|crypto|http|inspector|v8|worker_threads|zlib|internal\/deps\/undici\/undici)$/;

/** npm's program, which `npm run` tells; without it, the one beside Node. */
export const npmProgram: string =
  process.env["npm_execpath"] ??
  join(dirname(realpathSync(process.execPath)), "../lib/node_modules/npm/bin/npm-cli.js");

/** Runs a command with its output in sight. Throws when it fails. */
export function run(
  [program, ...rest]: readonly [string, ...string[]],
  options: SpawnSyncOptions = {},
): void {
  const { status, signal, error } = spawnSync(program, rest, { stdio: "inherit", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${[program, ...rest].join(" ")}: ${signal ?? `exit code ${status}`}`);
}

/** Packs the checkout, whose prebuilds must be there. Gives the file. */
export function pack(): string {
  if (!existsSync(join(root, "prebuilds")))
    throw new Error("there are no prebuilds: `npm run prebuilds` makes them");
  const directory = temporaryDirectory();
  execFileSync(process.execPath, [npmProgram, "pack", "--silent", "--pack-destination", directory], {
    cwd: root,
  });
  return join(directory, readdirSync(directory)[0]!);
}

/** A project that has the package, installed with nothing but Node at hand. */
export function makeProject(tarball: string): string {
  const size_bytes = statSync(tarball).size;
  console.log(`${tarball}: ${size_bytes} bytes`);
  if (size_bytes > LARGEST_BYTES) throw new Error(`a package of at most ${LARGEST_BYTES} bytes is expected`);
  install(tarball); // npm has to fetch the dependency the first time
  const times_ms: number[] = [];
  let project = "";
  // the quicker of two: the machine may have other things to do
  while (times_ms.length < 2) {
    const start_ms = performance.now();
    project = install(tarball);
    times_ms.push(Math.round(performance.now() - start_ms));
  }
  console.log(`installed in ${times_ms.join(" and ")} ms`);
  expectAtMost(times_ms, SLOWEST_INSTALL_MS);
  const imports_ms = Array.from({ length: 5 }, () => importTime_ms(project));
  console.log(`imported in ${imports_ms.join(", ")} ms`);
  expectAtMost(imports_ms, SLOWEST_IMPORT_MS);
  return project;
}

function expectAtMost(times_ms: readonly number[], most_ms: number): void {
  // on a machine that is busy otherwise, the time says nothing
  if (Math.min(...times_ms) > most_ms && loadavg()[0]! < availableParallelism())
    throw new Error(`at most ${most_ms} ms are expected`);
}

function importTime_ms(project: string): number {
  const program = `const start_ms = performance.now(); await import("persist-archive"); console.log(performance.now() - start_ms);`;
  return Math.round(Number(outputOf(program, project)));
}

/** Throws when the import of the package has a Node load what most programs never use. */
export function checkLoaded(project: string, node: string): void {
  const program = `const before = process.moduleLoadList.length; await import("persist-archive"); console.log(process.moduleLoadList.slice(before).join("\\n"));`;
  const loaded = outputOf(program, project, node).trim().split("\n");
  const needless = loaded.filter((name) => NOT_LOADED.test(name));
  if (needless.length > 0) throw new Error(`an import has Node load ${needless.join(", ")}`);
}

function outputOf(program: string, cwd: string, node: string = process.execPath): string {
  return execFileSync(node, ["--input-type=module", "-e", program], { cwd, encoding: "utf8" });
}

/** Installs into a new project, on a PATH that has no compiler, no CMake, no Python and no shell. */
function install(tarball: string): string {
  const project = temporaryDirectory();
  writeFileSync(
    join(project, "package.json"),
    '{ "name": "a-project", "private": true, "type": "module" }\n',
  );
  const bin = join(project, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  run([process.execPath, npmProgram, "install", ...quiet, resolve(tarball)], {
    cwd: project,
    env: { ...process.env, PATH: bin },
  });
  return project;
}
