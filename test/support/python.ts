// Python as a second opinion: NumPy and h5py read what we write, and write what we read.
import { execFileSync, spawnSync } from "node:child_process";

/** Python does not run under the sanitizers that the tests may run under. */
const env: NodeJS.ProcessEnv = { ...process.env, LD_PRELOAD: "" };

let found: string | undefined;

/** A Python that has NumPy and h5py. Throws when there is none: set-up for tests installs both. */
export function interpreter(): string {
  found ??= ["/usr/bin/python3", "python3"].find(
    (candidate) => spawnSync(candidate, ["-c", "import numpy, h5py"], { stdio: "ignore", env }).status === 0,
  );
  if (found === undefined)
    throw new Error("no python3 with NumPy and h5py was found; run `node native/setup.mjs --test`");
  return found;
}

/** Runs a program with `input` as the variable `given`, and gives what it leaves in `result`; both travel as JSON. */
export function python<Result = unknown>(program: string, input: unknown = null): Result {
  const frame = `
import json, sys
import numpy as np
import h5py
given = json.load(sys.stdin)
result = None
${program}
json.dump(result, sys.stdout)
`;
  const text = execFileSync(interpreter(), ["-c", frame], {
    input: JSON.stringify(input),
    encoding: "utf8",
    env,
    maxBuffer: 2 ** 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return JSON.parse(text) as Result;
}
