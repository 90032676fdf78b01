// Temporary directories that are gone after the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new empty directory, removed when all tests of the process are done. */
export function temporaryDirectory(): string {
  if (made.length === 0)
    process.on("exit", () => made.forEach((path) => rmSync(path, { recursive: true, force: true })));
  const path = mkdtempSync(join(tmpdir(), "persist-test-"));
  made.push(path);
  return path;
}
