// Reads a Python literal, the language of npy headers. Nothing is evaluated, and nesting uses no call stack.
import { PersistError } from "../errors.ts";

/** A Python literal: strings, integers (beyond 2^53 as the nearest number), booleans, None as null, and containers. */
export type PythonLiteral = string | number | boolean | null | PythonSequence | PythonDict;

/** A list or tuple; which of the two is kept, because npy's types depend on it. */
export interface PythonSequence {
  readonly kind: "list" | "tuple";
  readonly items: readonly PythonLiteral[];
}

/** A dict; keys in the order written, each of them once. */
export interface PythonDict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<string, PythonLiteral>;
}

const DEEPEST = 64;
const TOKEN =
  /[ \t\r\n\f]*(?:([{}[\](),:])|([+-]?(?:0|[1-9]\d{0,63}))L?(?![\w.])|(True|False|None)(?!\w)|[uU]?'((?:[^'\\\n]|\\.)*)'|[uU]?"((?:[^"\\\n]|\\.)*)"|$)/uy;
const CLOSER = { "{": "}", "[": "]", "(": ")" } as const;
const WORDS = { True: true, False: false, None: null } as const;
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

interface Frame {
  readonly open: keyof typeof CLOSER;
  readonly items: PythonLiteral[];
  readonly entries: Map<string, PythonLiteral>;
  /** The key whose value is to come, in a dict. */
  key: string | undefined;
  /** Whether a value may come next (at the start, after a comma or a colon). */
  wantsValue: boolean;
  commas: number;
}

/**
 * Parses one literal that is the whole of `text`.
 * @throws PersistError PERSIST_FORMAT with the offset in `text`, or PERSIST_LIMIT when it is nested more than 64 deep.
 */
export function parsePythonLiteral(text: string, file: string): PythonLiteral {
  const stack: Frame[] = [];
  let result: PythonLiteral | undefined;
  let at = 0;

  const fail = (what: string): PersistError =>
    new PersistError(
      "PERSIST_FORMAT",
      `the header of ${file} is not a Python literal: ${what} at character ${at}`,
      {
        file,
      },
    );

  const put = (value: PythonLiteral): void => {
    const frame = stack.at(-1);
    if (frame === undefined) {
      if (result !== undefined) throw fail("more than one value");
      result = value;
      return;
    }
    if (!frame.wantsValue) throw fail("a comma is missing");
    frame.wantsValue = false;
    if (frame.open !== "{") frame.items.push(value);
    else if (frame.key !== undefined) {
      frame.entries.set(frame.key, value);
      frame.key = undefined;
    } else {
      if (typeof value !== "string") throw fail("a key that is no string");
      if (frame.entries.has(value)) throw fail(`the key ${JSON.stringify(value)} for the second time`);
      frame.key = value;
    }
  };

  const close = (closer: string): void => {
    const frame = stack.pop();
    if (frame === undefined || CLOSER[frame.open] !== closer) throw fail(`a "${closer}" that closes nothing`);
    if (frame.key !== undefined) throw fail("a key without a value");
    if (frame.open === "{") put({ kind: "dict", entries: frame.entries });
    else if (frame.open === "[") put({ kind: "list", items: frame.items });
    else if (frame.items.length === 1 && frame.commas === 0) throw fail("a tuple of one without its comma");
    else put({ kind: "tuple", items: frame.items });
  };

  const punctuation = (mark: string): void => {
    const frame = stack.at(-1);
    if (mark === "{" || mark === "[" || mark === "(") {
      if (stack.length === DEEPEST) {
        throw new PersistError("PERSIST_LIMIT", `the header of ${file} is nested more than ${DEEPEST} deep`, {
          file,
        });
      }
      stack.push({ open: mark, items: [], entries: new Map(), key: undefined, wantsValue: true, commas: 0 });
    } else if (mark === ",") {
      if (frame === undefined || frame.wantsValue || frame.key !== undefined)
        throw fail("a comma without a value");
      frame.commas++;
      frame.wantsValue = true;
    } else if (mark === ":") {
      if (frame === undefined || frame.wantsValue || frame.key === undefined)
        throw fail("a colon without a key");
      frame.wantsValue = true;
    } else close(mark);
  };

  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (token === null) throw fail(JSON.stringify(text.slice(at, at + 20).trim()));
    const [whole, mark, integer, word, single, double] = token;
    if (mark !== undefined) punctuation(mark);
    else if (integer !== undefined) put(Number(integer));
    else if (word !== undefined) put(WORDS[word as keyof typeof WORDS]);
    else if (single !== undefined || double !== undefined) put(unescape(single ?? double!, fail));
    at += whole.length;
  }
  if (stack.length > 0 || result === undefined) throw fail("the end");
  return result;
}

function unescape(text: string, fail: (what: string) => PersistError): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gu,
    (whole, byte?: string, unit?: string, other?: string) => {
      if (other === undefined) return String.fromCharCode(parseInt((byte ?? unit)!, 16));
      const character = ESCAPES[other];
      if (character === undefined) throw fail(`the escape ${whole}`);
      return character;
    },
  );
}
