// How an archive imports a module that no bare specifier reaches.

import { relative, sep } from "node:path";

/** The specifier by which a module in `directory` imports `file`: `./x.js`, `../lib/x.js`. */
export function relativeSpecifier(directory: string, file: string): string {
  const path = relative(directory, file).split(sep).map(encodeURIComponent).join("/");
  return path.startsWith("../") ? path : `./${path}`;
}
