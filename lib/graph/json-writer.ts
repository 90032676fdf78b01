// JSON text into a growing buffer. The text can stand in a template literal: backticks and `${` are escaped. Short strings and small integers, which are
// most of all data, are written by hand; a general function would take several times as long. How the text then stands in a module: json-string.ts.

import { jsonString } from "./json-string.ts";
import { narrow } from "./narrow.ts";
import { quote } from "./quote.ts";

const LINE_WIDTH = 100;
const SHORT = 64;

/** A JSON string that can stand in a template literal. */
function quoteForTemplate(text: string): string {
  const json = quote(text);
  const safe =
    json.includes("`") || json.includes("${")
      ? json.replaceAll("`", "\\u0060").replaceAll("${", "\\u0024{")
      : json;
  return narrow(safe);
}

export class JsonWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 16);
  #length = 0;
  #lineStart = 0;
  /** Encoded keys, each with its colon. */
  readonly #keys: Map<string, Uint8Array> = new Map<string, Uint8Array>();

  get length(): number {
    return this.#length;
  }

  /** The expression of the text so far; the writer begins anew. */
  take(): Uint8Array {
    const bytes = jsonString(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#lineStart = 0;
    return bytes;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  /** Writes text of ASCII characters as it is. */
  raw(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  /** A comma, and a space or a new line. */
  separator(newLine: boolean): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = 0x2c;
    if (newLine || this.#length - this.#lineStart > LINE_WIDTH) this.newLine();
    else this.#bytes[this.#length++] = 0x20;
  }

  newLine(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = 0x0a;
    this.#lineStart = this.#length;
  }

  /** A key with its colon. */
  key(key: string): void {
    let bytes = this.#keys.get(key);
    if (bytes === undefined) {
      bytes = Buffer.from(`${quoteForTemplate(key)}: `);
      this.#keys.set(key, bytes);
    }
    this.#reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#bytes[this.#length++] = bytes[i]!;
  }

  string(text: string): void {
    if (text.length > SHORT || !this.#shortString(text)) {
      const json = quoteForTemplate(text);
      this.#reserve(json.length * 3);
      this.#length += this.#bytes.write(json, this.#length);
    }
  }

  /** Writes a string of plain ASCII; gives false, and writes nothing, when there is anything else in it. */
  #shortString(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 0x22;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      // control characters, quotes, backslashes, backticks, dollars, and all beyond ASCII
      if (c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c || c === 0x60 || c === 0x24) return false;
      bytes[at++] = c;
    }
    bytes[at++] = 0x22;
    this.#length = at;
    return true;
  }

  /** A finite number; -0 keeps its sign. */
  number(value: number): void {
    if (value >>> 0 !== value || Object.is(value, -0)) {
      this.raw(Object.is(value, -0) ? "-0" : String(value));
      return;
    }
    this.#reserve(10);
    let digits = 1;
    for (let bound = 10; value >= bound && digits < 10; bound *= 10) digits++;
    for (let at = this.#length + digits - 1, rest = value; at >= this.#length; at--) {
      const quotient = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + rest - quotient * 10;
      rest = quotient;
    }
    this.#length += digits;
  }
}
