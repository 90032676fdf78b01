// Temporal, where the runtime has it: `Temporal.Instant.from("…")` and its siblings.

import { intrinsicRoot } from "../../intrinsics.ts";
import { apply, describe } from "../natives.ts";
import type { Entries } from "./callee.ts";

const NAMES =
  "Instant PlainDate PlainDateTime PlainTime PlainYearMonth PlainMonthDay ZonedDateTime Duration".split(" ");

function build(): Entries {
  const temporal = intrinsicRoot("Temporal")?.value;
  const entries: Record<string, Entries[string]> = {};
  if (typeof temporal !== "object" || temporal === null) return entries;
  for (const name of NAMES) {
    const holder: unknown = describe(temporal, name)?.value;
    const from: unknown = typeof holder === "function" ? describe(holder, "from")?.value : undefined;
    if (typeof from !== "function") continue;
    entries[`Temporal.${name}.from`] = {
      mode: "call",
      run: (call) => {
        call.reader.budget.nodes(1);
        return apply(from, holder, [call.string(0)]);
      },
    };
  }
  return entries;
}

export const temporalCallees: Entries = build();
