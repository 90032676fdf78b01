// Paths as callers give them.
import { fileURLToPath } from "node:url";

/** The file path of a string or a `file:` URL. Throws TypeError for anything else. */
export function toPath(path: string | URL): string {
  if (path instanceof URL) return fileURLToPath(path);
  if (typeof path !== "string" || path === "") throw new TypeError("path must be a file path or a file: URL");
  if (path.includes("\0")) throw new TypeError("path must not hold a NUL byte");
  return path;
}
