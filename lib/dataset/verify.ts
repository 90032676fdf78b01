// Everything that can be proved about a data set without running code: its journal, its index, every file of every item.

import { join } from "node:path";
import type { Verification } from "../archive/verification.ts";
import { exists } from "../disk/files.ts";
import { examine, type Finding } from "./examine.ts";
import type { Log } from "./log.ts";
import { journalName } from "./names.ts";

/** So many items are looked at together. */
const AT_ONCE = 8;

/** @throws PersistError PERSIST_IO, PERSIST_CORRUPT for a journal that cannot be read */
export async function findProblems(
  log: Log,
): Promise<{ findings: Finding[]; checked: Verification["checked"] }> {
  await log.exclusively(() => log.catchUp());
  const { directory, state, position } = log;
  const items = [...state.items];
  const files = new Map(items.map(([name, item]) => [name, item.files[0]![0]]));
  const findings: Finding[] = await findOthers(log);
  const checked = { files: 2, bytes: log.index_bytes + log.position.offset };
  const waiting = items.values();
  const work = async (): Promise<void> => {
    for (const [name, item] of waiting) {
      const found = await examine(directory, name, item, (size_bytes) => {
        checked.files++;
        checked.bytes += size_bytes;
      });
      findings.push(...found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (findings.length === 0) return { findings, checked };
  // someone may have committed meanwhile: what was found then is right for the version that was
  await log.exclusively(() => log.catchUp());
  const isStill = ({ name, code }: Finding): boolean => {
    // a line that was being written is whole by now
    if (name === undefined) return code !== "PERSIST_TRUNCATED" || (log.isTorn && log.position === position);
    return log.state.items.get(name)?.files[0]![0] === files.get(name);
  };
  return { findings: findings.filter(isStill), checked };
}

/** What is not an item's. */
async function findOthers(log: Log): Promise<Finding[]> {
  const { directory, state } = log;
  const findings: Finding[] = [];
  const add = (code: Finding["code"], file: string, message: string): void => {
    findings.push({ code, file: join(directory, file), message, name: undefined, what: "other" });
  };
  if (log.isTorn) {
    const file = journalName(state.journal);
    const message = `${join(directory, file)} ends with a line that was never finished, from byte ${log.position.offset} on; the next writer cuts it off`;
    add("PERSIST_TRUNCATED", file, message);
  }
  if (await log.isIndexEdited())
    add(
      "PERSIST_CONFLICT",
      "index.js",
      `${join(directory, "index.js")} was edited by hand; repair() takes that in`,
    );
  if (!(await exists(join(directory, "package.json"))))
    add(
      "PERSIST_NOT_FOUND",
      "package.json",
      `${join(directory, "package.json")} is missing: without it, items are not taken for modules`,
    );
  return findings;
}

export function reportOf(findings: readonly Finding[], checked: Verification["checked"]): Verification {
  const problems = findings.map(({ code, file, message }) => ({ code, file, message }));
  return { ok: problems.length === 0, problems, checked };
}
