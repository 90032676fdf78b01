// Who reads array files: the addon, or Node alone where there is none.
import { addonIfThere, type Reader } from "../native.ts";
import { portableReader } from "./portable/reader.ts";

/** What reads on this machine. Nothing of it throws PERSIST_NO_ADDON. */
export function reader(): Reader {
  return addonIfThere() ?? portableReader;
}
