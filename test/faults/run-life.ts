// A program: lives a life, and writes down what it begins and what was acknowledged.
//
//     node run-life.js DIRECTORY LIFE DURABILITY MARKS
import { appendFileSync } from "node:fs";
import { lifeOf } from "./life.ts";
import type { Durability } from "./script.ts";

const [directory, life, durability, marks] = process.argv.slice(2);
await lifeOf(life!).run(directory!, durability as Durability, (kind, step) =>
  appendFileSync(marks!, `${kind}\t${step}\t\t\n`),
);
