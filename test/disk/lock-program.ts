// Programs that take locks, in processes of their own, and what they tell.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A running program: its lines, and its end. */
export interface Program {
  readonly child: ChildProcess;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Writes a line to it, and gives its answer. */
  ask(line: string): Promise<string>;
  /** Resolves when it has ended well. */
  ended(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts a module's text, in which `lockFile`, `tryLockFile`, `sleep`, `say`, `asked` (the lines that it is told) and `args` are there. */
export function start(text: string, ...args: unknown[]): Program {
  const program = `
import { lockFile, tryLockFile } from "persist-archive";
import { appendFileSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createInterface } from "node:readline";
const say = (what) => writeSync(1, what + "\\n");
const asked = () => createInterface({ input: process.stdin });
const args = JSON.parse(process.argv[1]);
${text}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, "--", JSON.stringify(args)], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    assert.notEqual(done, true, "the program ended");
    return value as string;
  };
  return {
    child,
    line,
    async ask(question) {
      child.stdin!.write(`${question}\n`);
      return line();
    },
    async ended() {
      assert.deepEqual(await exited, [0, null]);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/**
 * Checks a history: lines `+w who`, `-w who`, `+r who`, `-r who`, written by whoever has a lock at that time. Throws at the first moment in which a
 * writer is not alone. Gives how many came in.
 */
export function checkHistory(text: string): { writers: number; readers: number; most: number } {
  const inside = new Map<string, string>();
  const seen = { writers: 0, readers: 0, most: 0 };
  for (const [number, line] of text.trimEnd().split("\n").entries()) {
    const [, sign, mode, who] = /^([+-])([rw]) (\S+)$/.exec(line) ?? assert.fail(`line ${number}: ${line}`);
    if (sign === "-") {
      assert.equal(inside.get(who!), mode, `line ${number}: ${line}`);
      inside.delete(who!);
      continue;
    }
    const others = [...inside].map(([other, its]) => `${its} ${other}`);
    const isAllowed = mode === "r" ? !others.some((other) => other.startsWith("w")) : others.length === 0;
    assert.ok(isAllowed && !inside.has(who!), `line ${number}: ${line} beside ${others.join(", ")}`);
    inside.set(who!, mode!);
    seen[mode === "w" ? "writers" : "readers"]++;
    seen.most = Math.max(seen.most, inside.size);
  }
  return seen;
}
