// The libraries that are compared with: dependencies of this folder only, installed when it is used.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { benchDirectory } from "./paths.mjs";

/** Installs them where they are missing. */
export function installPeers() {
  if (existsSync(join(benchDirectory, "node_modules", ".package-lock.json"))) return;
  console.log("installing the peers that are compared with: npm ci --ignore-scripts in bench/");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: benchDirectory,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("npm ci --ignore-scripts in bench/ did not succeed");
}
