// Runs one driver once, in a process of its own.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { benchDirectory, buildDirectory } from "./paths.mjs";

const timeout_ms = 600_000;

/** A driver that cannot run here: its language or a library is missing. */
export class Unavailable extends Error {}

/**
 * Runs a driver and gives back what it printed: the last line of its output, as JSON.
 * @param {{ name: string, file: string, language: string }} driver
 * @param {"prepare" | "run"} phase
 * @param {object} parameters directory, source, and those of the trial
 */
export function runDriver(driver, phase, parameters) {
  const [command, ...args] = commandOf(driver);
  const { status, signal, stdout, stderr, error } = spawnSync(
    command,
    [...args, phase, ...(driver.language === "c" ? cArguments(parameters) : [JSON.stringify(parameters)])],
    {
      encoding: "utf8",
      timeout: timeout_ms,
      maxBuffer: 64 << 20,
      env: { ...process.env, PYTHONPATH: join(benchDirectory, "drivers"), PYTHONDONTWRITEBYTECODE: "1" },
    },
  );
  if (error !== undefined) throw error;
  const last = stdout.trimEnd().split("\n").at(-1);
  if (status !== 0) throw new Error(`${signal ?? `exit code ${status}`}: ${reason(last, stderr)}`);
  return JSON.parse(last);
}

/** Why a driver failed: what it says itself, or the last line of its errors. */
function reason(last, stderr) {
  if (last.startsWith("{")) return JSON.parse(last).failed;
  return (stderr.trimEnd().split("\n").at(-1) ?? "").slice(0, 300);
}

function commandOf({ file, language, name }) {
  if (language === "mjs") return [process.execPath, file];
  if (language === "py") {
    const python = findPython();
    if (python === null) throw new Unavailable("no Python with NumPy");
    return [python, file];
  }
  return [compile(file, name)];
}

/** C has no JSON: it gets the parameters as name=value, those that are plain. */
function cArguments(parameters) {
  return Object.entries(parameters)
    .filter(([, value]) => typeof value !== "object")
    .map(([key, value]) => `${key}=${value}`);
}

let python;

/** The first Python that has NumPy, or null. */
export function findPython() {
  python ??=
    ["/usr/bin/python3", "python3"].find(
      (command) => spawnSync(command, ["-c", "import numpy"], { stdio: "ignore" }).status === 0,
    ) ?? "";
  return python === "" ? null : python;
}

const C_FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"];

/** A C driver and all headers that it may include. */
function sourcesOf(file, headers) {
  const beside = readdirSync(dirname(file)).filter((name) => name.endsWith(".h"));
  return [file, join(headers, "driver.h"), ...beside.map((name) => join(dirname(file), name))];
}

/** What a driver asks for in a line `// libraries: NAME…`, by the names of pkg-config. */
function librariesOf(file) {
  const names = /^\/\/ libraries: (.+)$/m.exec(readFileSync(file, "utf8"))?.[1].split(" ") ?? [];
  if (names.length === 0) return [];
  const { status, stdout } = spawnSync("pkg-config", ["--cflags", "--libs", ...names], { encoding: "utf8" });
  if (status !== 0) throw new Unavailable(`no library ${names.join(", ")}`);
  return stdout.trim().split(/\s+/);
}

/** Compiles a C program when it is newer than what was compiled before, and gives the path of that. Throws Unavailable. */
export function compile(file, name) {
  const binary = join(buildDirectory, `${basename(dirname(file))}-${name}`);
  const headers = join(benchDirectory, "drivers");
  const newest = Math.max(...sourcesOf(file, headers).map((source) => statSync(source).mtimeMs));
  if (existsSync(binary) && statSync(binary).mtimeMs >= newest) return binary;
  mkdirSync(buildDirectory, { recursive: true });
  const { status, stderr, error } = spawnSync(
    "cc",
    [...C_FLAGS, "-I", headers, file, "-o", binary, ...librariesOf(file), "-lm", "-lpthread"],
    { encoding: "utf8" },
  );
  if (error?.code === "ENOENT") throw new Unavailable("no C compiler");
  if (status !== 0) throw new Error(`${file} does not compile\n${stderr}`);
  return binary;
}
