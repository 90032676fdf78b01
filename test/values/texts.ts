// Run in a process of its own: prints a hash of the text of every kept value, to be compared with another process's.
import { createHash } from "node:crypto";
import { stringify } from "persist-archive";
import { inProject } from "./directions.ts";
import { kept } from "./table.ts";

// The stack of an Error belongs to the value, and would say where it was made.
Error.stackTraceLimit = 0;

for (const { name, make } of kept) {
  const text = inProject(() => stringify({ value: make() }));
  process.stdout.write(`${createHash("sha256").update(text).digest("hex")} ${name}\n`);
}
