// The libraries of another processor that a cross-compiled addon links, unpacked into a directory: the system's own packages stay as they are.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { run, say } from "./build.mjs";

const PACKAGES = ["libhdf5-dev", "libaec-dev", "zlib1g-dev", "libdeflate-dev", "libxxhash-dev"];

/**
 * Makes `directory` where it is missing. Debian's apt-get downloads, with lists and a state of its own, so that it needs no root and
 * knows no packages but those of `architecture`.
 * @param {string} directory
 * @param {string} architecture Debian's name: arm64
 * @returns {string} its absolute path
 */
export function makeSysroot(directory, architecture) {
  const root = resolve(directory);
  if (existsSync(root)) return root;
  say(`fetching Debian's ${architecture} libraries into ${directory}`);
  const work = `${root}.partial`;
  rmSync(work, { recursive: true, force: true });
  for (const folder of ["apt/state/lists/partial", "apt/cache/archives/partial", "packages", "root"])
    mkdirSync(`${work}/${folder}`, { recursive: true });
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    "APT::Sandbox::User=root",
    `Dir::State=${work}/apt/state`,
    "Dir::State::status=/dev/null",
    `Dir::Cache=${work}/apt/cache`,
  ].flatMap((option) => ["-o", option]);
  run(["apt-get", "-qq", ...options, "update"]);
  run(["env", `--chdir=${work}/packages`, "apt-get", "-qq", ...options, "download", ...PACKAGES]);
  for (const name of readdirSync(`${work}/packages`))
    run(["dpkg", "-x", `${work}/packages/${name}`, `${work}/root`]);
  // the last step: what was interrupted is made anew
  renameSync(`${work}/root`, root);
  rmSync(work, { recursive: true, force: true });
  return root;
}
