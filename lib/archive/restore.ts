// Reads the text of an archive without running any of it.

import { PersistError } from "../errors.ts";
import { interpret } from "../interpret/interpret.ts";
import type { RestoreOptions } from "./options.ts";
import { trustOf } from "./trust.ts";

/**
 * The items of a module's text, as evaluating it would give them, but without running code: what is not the plain text of an archive is refused.
 *
 * @returns a null-prototype object of the items, in the order of the text
 * @throws PersistError PERSIST_SYNTAX, PERSIST_UNTRUSTED_CODE, PERSIST_UNTRUSTED_IMPORT, PERSIST_LIMIT, PERSIST_VERSION with line and column;
 * PERSIST_UNSUPPORTED when the text needs array files, which `open` reads
 */
export function restore(text: string, options: RestoreOptions = {}): Record<string, unknown> {
  if (typeof text !== "string") throw new TypeError("restore takes the text of a module");
  const { only, limits } = options;
  return interpret(text, {
    ...trustOf(options, undefined),
    loadArrays(_table, place) {
      throw new PersistError(
        "PERSIST_UNSUPPORTED",
        "the text refers to array files; open() reads them with it",
        place,
      );
    },
    ...(only === undefined ? {} : { only }),
    ...(limits === undefined ? {} : { limits }),
  });
}
