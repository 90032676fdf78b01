// JSON text as an expression in a module. Mostly it is a raw template, in which backslashes are JSON's own and strings look as in any JSON. An engine reads
// that quickly as long as there is no backslash in it; one that has some is kept twice, with and without escapes, and read in more than twice the time.
// A long text with backslashes therefore stands in quotes, where they are doubled and the ends of lines escaped.

/** A shorter text is read by people, and loaded at once anyhow. */
const LONG_BYTES = 64_000;

const LINE_FEED = 0x0a;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;

/** The expression of a text that can stand in a template literal. */
export function jsonString(text: Buffer): Uint8Array {
  if (text.length > LONG_BYTES && text.includes(BACKSLASH)) return quoted(text);
  return Buffer.concat([Buffer.from("String.raw`"), text, Buffer.from("`")]);
}

function quoted(text: Buffer): Uint8Array {
  const bytes = new Uint8Array(2 * text.length + 2);
  let length = 0;
  bytes[length++] = APOSTROPHE;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    if (byte === BACKSLASH || byte === APOSTROPHE || byte === LINE_FEED) bytes[length++] = BACKSLASH;
    bytes[length++] = byte;
  }
  bytes[length++] = APOSTROPHE;
  return bytes.slice(0, length);
}
