// Run in a process of its own: writes one giant, reads it by one door, compares, and prints what differs and how much memory it took.
import { difference } from "../support/isomorphic.ts";
import { directions } from "./directions.ts";
import { giants } from "./shapes.ts";

const [name = "", direction = ""] = process.argv.slice(2);
const value = giants[name]!();
const start_ms = performance.now();
const items = await directions[direction]!({ value }, `giant-${process.pid}`);
const elapsed_ms = performance.now() - start_ms;
const memory_bytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ problem: difference(value, items["value"]), elapsed_ms, memory_bytes }));
