// The text being read: the position in it, white space and comments, and errors with line and column.

import { PersistError, type ErrorCode } from "../errors.ts";
import { charCodeAt, indexOf, slice } from "./natives.ts";

export interface Place {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

export class Source {
  readonly text: string;
  readonly file: string | undefined;
  /** Where reading goes on. */
  pos = 0;
  /** Whether the last `skip` passed the end of a line. */
  newline = false;

  constructor(text: string, file?: string) {
    this.text = text;
    this.file = file;
  }

  /** Throws the error for `at`, the current position by default. */
  fail(code: ErrorCode, message: string, at: number = this.pos, cause?: unknown): never {
    const { line, column } = this.place(at);
    const where = `${this.file === undefined ? "" : `${this.file}, `}line ${line}, column ${column}`;
    throw new PersistError(code, `${where}: ${message}`, {
      line,
      column,
      ...(this.file === undefined ? {} : { file: this.file }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Refuses what stands at `at` as not being JavaScript. */
  unexpected(expected: string, at: number = this.pos): never {
    this.fail("PERSIST_SYNTAX", `found ${this.show(at)}, expected ${expected}`, at);
  }

  /** Refuses what is JavaScript, but not the text of an archive. */
  refuse(what: string, at: number = this.pos): never {
    this.fail(
      "PERSIST_UNTRUSTED_CODE",
      `found ${what}, which would run code; archives are read without running any`,
      at,
    );
  }

  /** A short quotation for messages. */
  show(at: number): string {
    if (at >= this.text.length) return "the end of the text";
    let end = at;
    while (end < this.text.length && end < at + 20 && charCodeAt(this.text, end) > 0x20) end++;
    return `\`${slice(this.text, at, end === at ? at + 1 : end)}\``;
  }

  place(at: number): Place {
    let line = 1;
    let start = 0;
    for (let i = 0; i < at; i++) {
      const c = charCodeAt(this.text, i);
      if (isLineEnd(c) && !(c === 0x0d && charCodeAt(this.text, i + 1) === 0x0a)) {
        line++;
        start = i + 1;
      }
    }
    return { line, column: at - start + 1 };
  }

  /** Passes white space and comments; gives the character code there, NaN at the end. */
  skip(): number {
    const { text } = this;
    let pos = this.pos;
    this.newline = false;
    for (;;) {
      const c = charCodeAt(text, pos);
      if (c > 0x20 && c < 0x80 && c !== 0x2f) {
        this.pos = pos;
        return c;
      } else if (c === 0x20) {
        pos++;
      } else if (c === 0x0a || c === 0x0d || c === 0x2028 || c === 0x2029) {
        this.newline = true;
        pos++;
      } else if (c === 0x2f) {
        const next = charCodeAt(text, pos + 1);
        if (next === 0x2f) pos = this.#lineComment(pos + 2);
        else if (next === 0x2a) pos = this.#blockComment(pos);
        else {
          this.pos = pos;
          return c;
        }
      } else if (isSpace(c)) {
        pos++;
      } else {
        this.pos = pos;
        return c;
      }
    }
  }

  #lineComment(pos: number): number {
    while (pos < this.text.length && !isLineEnd(charCodeAt(this.text, pos))) pos++;
    return pos;
  }

  #blockComment(start: number): number {
    const end = indexOf(this.text, "*/", start + 2);
    if (end < 0) this.fail("PERSIST_SYNTAX", "found a comment without an end", start);
    for (let i = start; i < end && !this.newline; i++) this.newline = isLineEnd(charCodeAt(this.text, i));
    return end + 2;
  }

  /** Passes white space and the punctuator `c`, one ASCII character. */
  expect(c: string): void {
    if (this.skip() !== charCodeAt(c, 0)) this.unexpected(`\`${c}\``);
    this.pos++;
  }

  /** Passes white space, and `c` if it stands there. */
  accept(c: string): boolean {
    if (this.skip() !== charCodeAt(c, 0)) return false;
    this.pos++;
    return true;
  }
}

export function isLineEnd(c: number): boolean {
  return c === 0x0a || c === 0x0d || c === 0x2028 || c === 0x2029;
}

function isSpace(c: number): boolean {
  return (
    c === 0x09 ||
    c === 0x0b ||
    c === 0x0c ||
    c === 0xa0 ||
    c === 0xfeff ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200a) ||
    c === 0x202f ||
    c === 0x205f ||
    c === 0x3000
  );
}
