// Runs programs whose file operations fail, or which die at one of them, as planned: shim.c, compiled when it is first needed.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";

/** What becomes of which operation on files below `directory`. */
export interface Plan {
  readonly directory: string;
  /** From 1; 0 strikes none. */
  readonly at: number;
  /** A number of errno, or how to die: `kill` before the operation, `torn` in the middle of a write. */
  readonly how: number | "kill" | "torn";
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
let built: string | undefined;

/** The path of the compiled library. */
export function shim(): string {
  if (built !== undefined) return built;
  const path = join(temporaryDirectory(), "shim.so");
  execFileSync(
    "cc",
    ["-O1", "-shared", "-fPIC", "-o", path, join(root, "test/faults/shim.c"), "-ldl", "-lpthread"],
    {
      stdio: "pipe",
    },
  );
  return (built = path);
}

/** The environment of a child process that a plan strikes. */
function environment({ directory, at, how }: Plan, count: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LD_PRELOAD: shim(),
    FAULT_DIRECTORY: directory,
    FAULT_AT: String(at),
    FAULT_HOW: String(how),
    FAULT_COUNT: count,
  };
}

/** How many operations were counted into a file so far. */
export function readCount(file: string): number {
  return existsSync(file) ? Number(readFileSync(file).readBigInt64LE()) : 0;
}

/** How a program ended. `operations` is how many were counted; undefined when it was killed. */
export interface Outcome {
  readonly signal: NodeJS.Signals | null;
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  readonly operations: number | undefined;
}

/** Runs a module's text in a process of its own, in which the package can be imported by its name. */
export function runStruck(program: string, plan: Plan, args: readonly string[] = []): Outcome {
  const count = join(temporaryDirectory(), "count");
  const { signal, status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program, "--", ...args],
    { cwd: root, env: environment(plan, count), encoding: "utf8" },
  );
  const operations = signal === null ? readCount(count) : undefined;
  return { signal, status, output: stdout, errors: stderr, operations };
}
