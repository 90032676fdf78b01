// Names of items: what may be one, and why not.

import { isIdentifier } from "../graph/names.ts";
import { PersistError } from "../errors.ts";

/** A name becomes a file's name, with a tag after it. */
const LONGEST_BYTES = 200;

/**
 * Checks the name of an item: an ECMAScript IdentifierName of at most 200 UTF-8 bytes, other than `then` (a module with it is taken for a promise),
 * `default` and names that begin with `_`.
 * @throws PersistError PERSIST_INVALID_NAME with the reason
 */
export function checkName(name: string): void {
  const reason = reasonAgainst(name);
  if (reason !== undefined)
    throw new PersistError(
      "PERSIST_INVALID_NAME",
      `${JSON.stringify(name)} cannot be the name of an item: ${reason}`,
    );
}

function reasonAgainst(name: unknown): string | undefined {
  if (typeof name !== "string") return `a name is a string, not ${typeof name}`;
  if (name === "") return "it is empty";
  if (!isIdentifier(name))
    return "it is not an identifier (letters, digits, _ and $, not beginning with a digit)";
  if (name.startsWith("_")) return "names that begin with _ are kept for the archive itself";
  if (name === "then") return "a module that exports `then` is taken for a promise";
  if (name === "default")
    return "`default` is not a name that can be imported by name; use the option `single`";
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `it has more than ${LONGEST_BYTES} bytes`;
  return undefined;
}
