// What a figure depends on: the machine, and the versions of all that takes part. No name, no path, no user.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, existsSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { benchDirectory, projectDirectory, workDirectory } from "./paths.mjs";
import { findPython } from "./processes.mjs";

export function describeMachine() {
  const processors = cpus();
  mkdirSync(workDirectory, { recursive: true });
  const python = findPython();
  return {
    cpu: processors[0].model.trim(),
    cores: processors.length,
    memory_GB: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()} ${arch()}`,
    filesystem: output("findmnt", ["-no", "FSTYPE", "-T", workDirectory]),
    load: Number(loadavg()[0].toFixed(2)),
    versions: {
      "persist-archive": `${packageVersion(projectDirectory)}${revision()}`,
      node: process.versions.node,
      v8: process.versions.v8,
      cc: output("cc", ["--version"])?.split("\n")[0],
      python: python && output(python, ["--version"])?.replace("Python ", ""),
      numpy: python && output(python, ["-c", "import numpy; print(numpy.__version__)"]),
      h5py: python && output(python, ["-c", "import h5py; print(h5py.__version__)"]),
      ...peers(),
    },
  };
}

/** The versions of the packages that bench/package.json asks for. */
function peers() {
  const { devDependencies } = JSON.parse(readFileSync(join(benchDirectory, "package.json"), "utf8"));
  const installed = new Set(
    existsSync(join(benchDirectory, "node_modules")) ? readdirSync(join(benchDirectory, "node_modules")) : [],
  );
  return Object.fromEntries(
    Object.keys(devDependencies)
      .filter((name) => installed.has(name))
      .map((name) => [name, packageVersion(join(benchDirectory, "node_modules", name))]),
  );
}

function packageVersion(directory) {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).version;
}

function revision() {
  const commit = output("git", ["rev-parse", "--short=10", "HEAD"]);
  return commit === null ? "" : ` (${commit})`;
}

/** What a program prints, or null when it is missing or fails. */
function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: projectDirectory, encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}
