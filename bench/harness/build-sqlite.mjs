// better-sqlite3 has a part in C, which is built from its own source when it is first compared with: for some minutes, once.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { benchDirectory, projectDirectory } from "./paths.mjs";

/** Builds it where that was not done yet, with the headers that lie beside this Node where there are any. Without it, its drivers fail, and the others go on. */
export function buildSqlite() {
  const directory = join(benchDirectory, "node_modules", "better-sqlite3");
  if (existsSync(join(directory, "build", "Release", "better_sqlite3.node"))) return;
  console.log("building better-sqlite3 from its source");
  const nodeGyp = join(projectDirectory, "node_modules", "node-gyp", "bin", "node-gyp.js");
  const node = dirname(dirname(process.execPath));
  const headers = existsSync(join(node, "include", "node", "node.h")) ? [`--nodedir=${node}`] : [];
  const { status } = spawnSync(
    process.execPath,
    [nodeGyp, "rebuild", "--release", "--silent", "--directory", directory, ...headers],
    { stdio: "inherit" },
  );
  if (status !== 0) console.log("better-sqlite3 could not be built");
}
