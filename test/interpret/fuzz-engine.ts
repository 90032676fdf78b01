// The other half of the fuzzer, a thread of its own: imports a text that the reader has accepted, and compares. It is ended from outside when a
// text keeps the engine busy.
import { parentPort } from "node:worker_threads";
import { restore } from "persist-archive";
import { compare, exportsOf } from "./engine.ts";

export type Answer =
  | { kind: "same" }
  | { kind: "different"; difference: string }
  | { kind: "refused"; message: string }
  /** It imports by a relative path, which leads nowhere from here. */
  | { kind: "unknown" };

async function judge(text: string): Promise<Answer> {
  let module: object;
  try {
    module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as object;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_UNSUPPORTED_RESOLVE_REQUEST") return { kind: "unknown" };
    return { kind: "refused", message: String(error) };
  }
  const difference = compare(exportsOf(module), restore(text));
  return difference === null ? { kind: "same" } : { kind: "different", difference };
}

parentPort?.on(
  "message",
  (text: string) => void judge(text).then((answer) => parentPort!.postMessage(answer)),
);
