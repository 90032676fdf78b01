// The paths of single arrays: `a.npy`, `a.npz#name`, `a.h5#/group/name`. Takes them apart; opens nothing.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PersistError } from "../errors.ts";
import { checkOneOf } from "../options.ts";

/** The kinds of array files, told by how their names end (`.npy`, `.npz`, `.h5` or `.hdf5`) or by the option `format`. */
export type ArrayFileKind = "npy" | "npz" | "hdf5";

/** What every function that takes the path of an array file may be told of it. */
export interface PathOptions {
  /**
   * What a file is whose name has another ending: `hdf5` for `run.nc#T` (as its name ends). The name of an array then begins behind the first `#`; for a
   * file whose own name has one, give a file: URL.
   */
  format?: ArrayFileKind | undefined;
}

/** What a path says. */
export interface ArrayPath {
  /** The absolute path of the file. */
  readonly file: string;
  readonly kind: ArrayFileKind;
  /** What comes after the `#`: the array in a file of many. Undefined where there is no `#`. */
  readonly name: string | undefined;
}

/** The first ending of a file of many arrays before a `#`: names may hold anything, also another `#`. */
const WITH_NAME = /^(.*?\.(?:npz|h5|hdf5))#(.*)$/su;
/** The same where the ending tells nothing. */
const WITH_ANY_NAME = /^([^#]*)#(.*)$/su;
const KINDS: Readonly<Record<string, ArrayFileKind>> = { npy: "npy", npz: "npz", h5: "hdf5", hdf5: "hdf5" };

/**
 * Takes the path of an array or of an array file apart. In a file: URL the name is the fragment.
 * @throws PersistError PERSIST_UNSUPPORTED for a file name with another ending, where no format is given.
 * @throws TypeError for what is neither a string nor a URL, for an unknown format, for an empty name, and for a name in an npy file.
 */
export function parseArrayPath(path: string | URL, { format }: PathOptions = {}): ArrayPath {
  if (format !== undefined) checkOneOf("format", format, Object.values(KINDS));
  const withName = format === undefined ? WITH_NAME : WITH_ANY_NAME;
  const [text, fragment] = path instanceof URL ? partsOfUrl(path) : partsOfText(path, withName);
  const file = resolve(text);
  const ending = /\.([^./]+)$/u.exec(file)?.[1] ?? "";
  const kind = format ?? (Object.hasOwn(KINDS, ending) ? KINDS[ending] : undefined);
  if (kind === undefined) {
    if (/\.npy#/u.test(file)) throw new TypeError(`${file}: an npy file holds one array, which has no name`);
    throw new PersistError(
      "PERSIST_UNSUPPORTED",
      `${file} is not the path of an array file: it must end with .npy, .npz, .h5 or .hdf5, the last three with #name behind, or the option format must say what it is`,
      { file },
    );
  }
  if (fragment !== undefined && kind === "npy")
    throw new TypeError(`${file}: an npy file holds one array, which has no name`);
  if (fragment === "") throw new TypeError(`${file}: the name of the array is missing after #`);
  return { file, kind, name: fragment };
}

function partsOfText(path: string, withName: RegExp): [string, string | undefined] {
  if (typeof path !== "string") throw new TypeError("a path must be a string or a file: URL");
  const parts = withName.exec(path);
  return parts === null ? [path, undefined] : [parts[1]!, parts[2]!];
}

function partsOfUrl(url: URL): [string, string | undefined] {
  return [fileURLToPath(url), url.hash === "" ? undefined : decodeURIComponent(url.hash.slice(1))];
}
