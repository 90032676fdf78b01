// The text of `index.js`: the items at one moment, as data that a person can read and edit, and lines that replay the journal for whoever imports it. The
// lines are always the same: the reader knows them byte for byte, and does natively what they do.

import { crc32 } from "node:zlib";
import { ARCHIVE_LINE, DATA_SET_LINE } from "../archive/first-line.ts";
import type { TextOfFile } from "../disk/read-text.ts";
import { PersistError } from "../errors.ts";
import { interpret } from "../interpret/interpret.ts";
import { Turn } from "../turn.ts";
import { ItemMap } from "./item-map.ts";
import { hex, itemText } from "./journal.ts";
import { journalName, journalNumber } from "./names.ts";
import { toCount, toCounters, toFields, toItem, toName, toSuperseded, type Origin } from "./records.ts";
import { State } from "./state.ts";

const FIRST_LINE = "// persist-archive format 1, data set\n";

/** The end of the text. */
const REPLAY = String.raw`
// What was committed since stands in the journal, a line each: a checksum that goes on from the line before, a space, JSON.
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
let sum = base.crc;
for (const line of readFileSync(new URL(base.journal, import.meta.url), "utf8").split("\n").slice(0, -1)) {
  const text = line.slice(9);
  sum = crc32(text, sum);
  if (line !== ${'`${sum.toString(16).padStart(8, "0")} ${text}`'}) break; // it was never finished
  const { put, delete: gone = [] } = JSON.parse(text);
  for (const name of gone) delete items[name];
  Object.assign(items, put);
}
/** What is known of each item, by its name. The item itself is the default export of NAME.js. */
export const info = Object.create(null);
for (const name of Object.keys(items)) info[name] = items[name].info;
`;

const REPLAY_BYTES = Buffer.byteLength(REPLAY);

/** What stands around the items, which have a line each: `"name": {…}`. */
const ITEMS_BEGIN = "\nconst items = JSON.parse(String.raw`{";
const ITEMS_END = "\n}`);\n";

/** A snapshot, and the CRC-32 from which the first line of its journal goes on. */
export interface Index {
  readonly state: State;
  readonly crc: number;
}

/** The text for a state, with the journal `number`. Made in short turns; the state must stay as it is meanwhile. */
export async function indexText(state: State, number: number, crc: number): Promise<Buffer> {
  const base = {
    generation: state.generation,
    journal: journalName(number),
    crc,
    next: Object.fromEntries(state.next),
    superseded: state.superseded,
  };
  const pieces = [Buffer.from(`${FIRST_LINE}const base = ${baseText(base)};${ITEMS_BEGIN}`)];
  let separator = "\n";
  let lines = "";
  const turn = new Turn();
  for (const [name, item] of state.items.stored()) {
    const text =
      typeof item === "string" ? item : `${itemText(item).slice(0, -1)},"generation":${item.generation}}`;
    lines += `${separator}${JSON.stringify(name)}: ${inTemplate(text)}`;
    separator = ",\n";
    if (lines.length < 1 << 16) continue;
    pieces.push(Buffer.from(lines));
    lines = "";
    if (turn.isOver) await turn.pause();
  }
  pieces.push(Buffer.from(lines + ITEMS_END));
  const sum = pieces.reduce((crc, piece) => crc32(piece, crc), 0);
  return Buffer.concat([...pieces, Buffer.from(sumLine(sum) + REPLAY)]);
}

/** By it one sees whether a person has edited the data. */
function sumLine(crc: number): string {
  return `// The CRC-32 of all that is above: ${hex(crc)}\n`;
}

/** JSON is a literal of the language; a field a line. */
function baseText(base: object): string {
  const fields = Object.entries(base).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},\n`);
  return `{\n${fields.join("")}}`;
}

/** JSON that can stand in a template literal. */
function inTemplate(json: string): string {
  return json.includes("`") || json.includes("${")
    ? json.replaceAll("`", "\\u0060").replaceAll("${", "\\u0024{")
    : json;
}

/**
 * The snapshot in a text. What a person may reasonably have done to its data is understood.
 * @throws PersistError PERSIST_FORMAT for what is not the index of a data set; PERSIST_VERSION; what {@link interpret} throws
 */
export function parseIndex({ text, bytes }: TextOfFile, file: string): Index {
  if (!text.endsWith(REPLAY)) {
    // a newer version says so in the first line
    if (DATA_SET_LINE.test(text)) interpret(text.slice(0, text.indexOf("\n") + 1), { file });
    if (ARCHIVE_LINE.test(text)) {
      throw new PersistError(
        "PERSIST_FORMAT",
        `${file} is an archive, not the index of a data set; open() reads it`,
        {
          file,
        },
      );
    }
    throw new PersistError(
      "PERSIST_FORMAT",
      `${file} is not the index of a data set: its last lines are not those that replay the journal`,
      { file },
    );
  }
  const data = text.slice(0, -REPLAY.length);
  const origin = { file };
  const written = isEdited(bytes) ? undefined : takeApart(data, origin);
  const { base, items } = written ?? interpret(`${data}export { base, items };\n`, { file });
  const fields = toFields(base, "base", origin);
  const number = typeof fields["journal"] === "string" ? journalNumber(fields["journal"]) : undefined;
  if (number === undefined)
    throw new PersistError("PERSIST_FORMAT", `${file} names no journal of the form _journal.N.jsonl`, {
      file,
    });
  const state = new State(
    number,
    toCount(fields["generation"], "generation", origin),
    items instanceof ItemMap ? items : toItems(items, origin),
    new Map(toCounters(fields["next"] ?? {}, origin)),
    toSuperseded(fields["superseded"] ?? [], origin),
  );
  return { state, crc: toCount(fields["crc"], "crc", origin) };
}

/**
 * The base, and the items each as its text, of an index that is as it was written: to interpret so much data, or even to parse it, would take several times as long.
 * undefined where the lines are not ours after all.
 */
function takeApart(data: string, origin: Origin): { base: unknown; items: ItemMap } | undefined {
  const begin = data.indexOf(ITEMS_BEGIN);
  const end = data.lastIndexOf(ITEMS_END);
  if (begin < 0 || end < begin) return undefined;
  const items = new ItemMap(origin);
  for (let at = begin + ITEMS_BEGIN.length; at < end;) {
    const nextAt = data.indexOf("\n", at + 1);
    const colonAt = data.indexOf('": {', at);
    const isLast = nextAt === end;
    if (!data.startsWith('\n"', at) || colonAt < 0 || colonAt > nextAt) return undefined;
    if (!isLast && data[nextAt - 1] !== ",") return undefined;
    const name = data.slice(at + 2, colonAt);
    items.set(toName(name, origin), data.slice(colonAt + 3, isLast ? nextAt : nextAt - 1));
    at = nextAt;
  }
  const head = `${data.slice(0, begin)}\nexport { base };\n`;
  return { base: interpret(head, origin)["base"], items };
}

/** The items of an index that a person has edited. */
function toItems(value: unknown, origin: Origin): ItemMap {
  const found = toFields(value, "items", origin);
  const items = new ItemMap(origin);
  // there may be very many
  for (const name of Object.keys(found))
    items.set(toName(name, origin), toItem(found[name], undefined, origin));
  return items;
}

/** Whether a person has changed the data of an index since it was written. */
export function isEdited(bytes: Buffer): boolean {
  const end = bytes.length - REPLAY_BYTES;
  const begin = end - sumLine(0).length;
  return bytes.toString("latin1", begin, end) !== sumLine(crc32(bytes.subarray(0, begin)));
}
