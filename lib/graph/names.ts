// Names for bindings: from the key by which a node was reached, made unique. Names that the text uses for something else are never given.

import { globalNames } from "../intrinsics.ts";

// prettier-ignore
const RESERVED: readonly string[] = [
  "arguments", "async", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else",
  "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof",
  "interface", "let", "new", "null", "package", "private", "protected", "public", "return", "static", "super", "switch", "this",
  "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield", "NaN", "Infinity",
  // the text's own
  "arrays", "load", "bytes", "fill", "argumentsOf", "link", "_", "globalThis",
  // CommonJS wrappers
  "require", "module", "exports", "__filename", "__dirname",
];

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Whether a text can be a name in a module. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

const NEVER: ReadonlySet<string> = new Set<string>([...RESERVED, ...globalNames]);

/** Gives out names, each once. */
export class Names {
  readonly #taken: Set<string> = new Set<string>();
  readonly #next: Map<string, number> = new Map<string, number>();

  /** Takes a name as it is, where it is free and fit to be bound. */
  take(name: string): boolean {
    if (!isIdentifier(name) || NEVER.has(name) || this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }

  /** A name like `wish` that nobody has. */
  make(wish: string): string {
    const base = toIdentifier(wish);
    if (this.take(base)) return base;
    const stem = /\d$/.test(base) ? `${base}_` : base;
    for (let n = this.#next.get(stem) ?? 2; ; n++) {
      if (this.take(stem + n)) {
        this.#next.set(stem, n + 1);
        return stem + n;
      }
    }
  }
}

/** The nearest identifier: words are joined, other signs left out, and at most 40 characters kept. */
function toIdentifier(wish: string): string {
  if (wish.length <= 40 && isIdentifier(wish)) return wish;
  const words = wish
    .slice(0, 200)
    .split(/[^\p{ID_Continue}$]+/u)
    .filter((word) => word !== "");
  const joined = words.map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join("");
  const text = Array.from(joined).slice(0, 40).join("");
  if (text === "") return "value";
  return isIdentifier(text) ? text : `_${text}`;
}
