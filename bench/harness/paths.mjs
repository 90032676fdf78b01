// Where things are.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const benchDirectory = fileURLToPath(new URL("..", import.meta.url));
export const projectDirectory = fileURLToPath(new URL("../..", import.meta.url));
/** Compiled C drivers. */
export const buildDirectory = join(projectDirectory, "build", "bench");
/** Files that are measured with: on the file system of the project, unless PERSIST_BENCH_DIR names another place. */
export const workDirectory = process.env["PERSIST_BENCH_DIR"] ?? join(buildDirectory, "work");
