// The checkout that the project's tests look at: where it is, and which files belong to it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Files in a folder and all below it, relative to the checkout, sorted. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(join(root, next), { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.toSorted();
}

/** What git tracks; in an export without git, every file but those that are installed or built. */
export function trackedFiles(): string[] {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  if (status === 0) return stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  const made = /^(node_modules|build|bundle|dist|prebuilds|coverage|out)$/;
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => !made.test(entry.name) && entry.name !== ".git")
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(entry.name) : [entry.name]));
}

/** Shared libraries of the system whose names begin so. */
export function systemLibraries(start: string): string[] {
  return readdirSync("/usr/lib", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith("-linux-gnu"))
    .flatMap(({ name }) => readdirSync(`/usr/lib/${name}`).map((file) => `/usr/lib/${name}/${file}`))
    .filter((path) => path.split("/").at(-1)!.startsWith(start));
}
