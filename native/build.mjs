// Builds the addon with CMake in a directory of its own, and heals a build that was interrupted.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Builds the addon, or what is stale of it. The current directory is the checkout.
 * @param {string} directory CMake's directory; the addon is `persist_archive.node` in it
 * @param {{ architecture?: string, debug?: boolean, define?: Record<string, string> }} [options]
 *   `define` are CMake variables
 */
export function buildAddon(directory, { architecture = process.arch, debug = false, define = {} } = {}) {
  const marker = `${directory}/.setup.json`;
  const identity = JSON.stringify([process.cwd(), architecture, debug, define]);
  const state = readJson(marker);
  // CMake knows what is stale in a build that it ended. One that was killed may hold a torn object file that looks new,
  // or a cache without a build; and one that was copied would build the checkout it came from.
  if (state?.identity !== identity || state.building || !existsSync(`${directory}/CMakeCache.txt`)) {
    rmSync(directory, { recursive: true, force: true });
    say(`building the addon in ${directory}`);
    const variables = Object.entries(define).map(([name, value]) => `--CD${name}=${value}`);
    const config = debug ? ["-D"] : [];
    const options = ["-d", "native", "-O", directory, "-a", architecture, "--log-level", "warn"];
    run([
      process.execPath,
      "node_modules/cmake-js/bin/cmake-js",
      "configure",
      ...options,
      ...config,
      ...variables,
    ]);
  }
  writeFileSync(marker, JSON.stringify({ identity, building: true }));
  run(["cmake", "--build", directory, "--parallel", String(availableParallelism())], (ended) => {
    writeFileSync(marker, JSON.stringify({ identity, building: !ended }));
  });
}

/** Has bundle/index.js, to which package.json leads, lead on to the modules in dist/. */
export function linkBundle() {
  const text = 'export * from "../dist/index.js";\n';
  if (readText("bundle/index.js") === text) return;
  mkdirSync("bundle", { recursive: true });
  writeFileSync("bundle/index.js.new", text);
  renameSync("bundle/index.js.new", "bundle/index.js");
}

/**
 * Runs a command and ends this process if it fails. Its output is shown only then.
 * @param {string[]} command the program and its arguments
 * @param {(ended: boolean) => void} [afterwards] called in either case, with whether the command ended in
 *   good order: by itself, or on an interrupt from the keyboard
 */
export function run([program, ...rest], afterwards = () => {}) {
  const { status, signal, error, output } = spawnSync(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  afterwards(status !== null || signal === "SIGINT");
  if (status === 0) return;
  process.stderr.write((output ?? []).join(""));
  const how = error ? error.message : status === null ? `ended by ${signal}` : `exit code ${status}`;
  fail(`${[program, ...rest].join(" ")}: ${how}`);
}

/** @param {string} message */
export function say(message) {
  console.error(`setup: ${message}`);
}

/**
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  say(message);
  process.exit(1);
}

/** @returns the text of a file, or undefined where there is none */
export function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** @returns undefined where the file is absent or torn */
export function readJson(path) {
  const text = readText(path);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
