// The version of the format, which the first line of a module tells; a person may have removed it.
import { exec, toNumber } from "./natives.ts";
import { Source } from "./source.ts";

/** What this library knows. */
const FORMAT_VERSION = 1;

const VERSION_LINE = /^\ufeff?\/\/ persist-archive format (\d+)/;

/**
 * Refuses the text of a module of a later format.
 * @throws PersistError PERSIST_VERSION
 */
export function checkVersion(text: string, file: string | undefined): void {
  const version = exec(VERSION_LINE, text);
  if (version === null || toNumber(version[1]!) <= FORMAT_VERSION) return;
  new Source(text, file).fail(
    "PERSIST_VERSION",
    `found format ${version[1]!}; this version of the library knows format ${FORMAT_VERSION}`,
    0,
  );
}
