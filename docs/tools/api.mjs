#!/usr/bin/env node
// Makes docs/api/, the reference of the public interface, of the docstrings in lib/. A link in a docstring that leads nowhere, or a public type that is not exported, is an error.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));

function run(program, ...rest) {
  const { status, error } = spawnSync(program, rest, { stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync("node_modules/.package-lock.json"))
  run(process.execPath, process.env.npm_execpath, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
run(process.execPath, "node_modules/typedoc/bin/typedoc", "--options", "typedoc.json");
