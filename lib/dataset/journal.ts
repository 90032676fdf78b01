// The lines of a journal: `<crc> <json>`, where the CRC-32 goes on from that of the line before, so that no line can be lost, changed or repeated unseen.
//
// A line that is not whole ends what has been committed. It was never finished, by a writer that died or that is writing it now; unless a later line says that
// this part of the file was on the disk (`synced_bytes`): then it was whole once, and the file is damaged.

import { crc32 } from "node:zlib";
import { PersistError } from "../errors.ts";
import { parseJson, toJson } from "./json.ts";
import { toCommit } from "./records.ts";
import type { Commit, Item } from "./state.ts";

/** A longer line is neither written nor read. */
export const LONGEST_LINE_BYTES: number = 64 * 2 ** 20;

const CRC_LENGTH = 8;

/** How far a journal has been read. */
export interface Position {
  /** Where the last line begins. */
  readonly start: number;
  /** Where it ends. */
  readonly offset: number;
  readonly crc: number;
  readonly generation: number;
}

/** A line from the journal, and where it ends. */
export interface Entry {
  readonly commit: Commit;
  readonly end: Position;
}

/** A line as it is written after the line at `position`. */
export function encodeLine(commit: Commit, position: Position): { bytes: Buffer; end: Position } {
  const json = commitText(commit);
  const crc = crc32(json, position.crc);
  const bytes = Buffer.from(`${hex(crc)} ${json}\n`);
  if (bytes.length > LONGEST_LINE_BYTES) {
    throw new PersistError(
      "PERSIST_LIMIT",
      `what is to be committed at once needs a line of ${bytes.length} bytes, and ${LONGEST_LINE_BYTES} are allowed`,
    );
  }
  return {
    bytes,
    end: {
      start: position.offset,
      offset: position.offset + bytes.length,
      crc,
      generation: commit.generation,
    },
  };
}

function commitText({ generation, time_ms, synced_bytes, linked, next, put, delete: gone }: Commit): string {
  const parts = [
    `"generation":${generation},"time_ms":${time_ms},"synced_bytes":${synced_bytes},"linked":${linked}`,
  ];
  if (Object.keys(next).length > 0) parts.push(`"next":${JSON.stringify(next)}`);
  if (put.size > 0) {
    const items = [...put].map(([name, item]) => `${JSON.stringify(name)}:${itemText(item)}`);
    parts.push(`"put":{${items.join(",")}}`);
  }
  if (gone.length > 0) parts.push(`"delete":${JSON.stringify(gone)}`);
  return `{${parts.join(",")}}`;
}

/** An item as JSON, without its generation. */
export function itemText({ files, info }: Item): string {
  return `{"files":${JSON.stringify(files)},"info":${toJson(info, "info")}}`;
}

/** A CRC-32 as it stands in files. */
export function hex(crc: number): string {
  return crc.toString(16).padStart(CRC_LENGTH, "0");
}

/** Reads a journal that comes in pieces of any size. */
export class LineReader {
  readonly #file: string;
  #end: Position;
  /** What has come after the last end of a line. */
  #rest: Buffer[] = [];
  #rest_bytes = 0;
  /** Where the line that is not whole ends, if one was found. */
  #badUntil: number | undefined;

  /** @param start where the first piece begins */
  constructor(file: string, start: Position) {
    this.#file = file;
    this.#end = start;
  }

  /** The end of the last line that is whole. */
  get end(): Position {
    return this.#end;
  }

  /** Whether the end of the file is not the end of a line: something is there that was never finished. */
  get isTorn(): boolean {
    return this.#badUntil !== undefined || this.#rest_bytes > 0;
  }

  /**
   * The lines that end in the next piece.
   * @throws PersistError PERSIST_CORRUPT, PERSIST_SYNTAX, PERSIST_FORMAT, PERSIST_LIMIT with the offset
   */
  *feed(piece: Buffer): Generator<Entry> {
    let next = piece;
    for (let length = next.indexOf(0x0a); length >= 0; length = next.indexOf(0x0a)) {
      const line = this.#lineWith(next.subarray(0, length));
      next = next.subarray(length + 1);
      if (this.#badUntil !== undefined) {
        this.#lookForClaim(line, this.#badUntil);
        continue;
      }
      const entry = this.#read(line);
      if (entry === undefined) {
        this.#lookForHistory(line);
        this.#badUntil = this.#end.offset + line.length + 1;
        continue;
      }
      this.#end = entry.end;
      yield entry;
    }
    if (next.length > 0) this.#rest.push(next);
    this.#rest_bytes += next.length;
    if (this.#rest_bytes > LONGEST_LINE_BYTES)
      this.#fail("PERSIST_LIMIT", `a line of more than ${LONGEST_LINE_BYTES} bytes`);
  }

  /** The whole line that ends with `last`. */
  #lineWith(last: Buffer): Buffer {
    if (this.#rest.length === 0) return last;
    const line = Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#rest_bytes = 0;
    return line;
  }

  /** undefined for a line that is not whole */
  #read(line: Buffer): Entry | undefined {
    const json = line.subarray(CRC_LENGTH + 1);
    const crc = crc32(json, this.#end.crc);
    if (line.toString("latin1", 0, CRC_LENGTH + 1) !== `${hex(crc)} `) return undefined;
    const { offset } = this.#end;
    const commit = toCommit(this.#parse(json), { file: this.#file, offset });
    if (commit.generation !== this.#end.generation + 1) {
      this.#fail(
        "PERSIST_CORRUPT",
        `generation ${commit.generation} where ${this.#end.generation + 1} is expected`,
      );
    }
    const end = { start: offset, offset: offset + line.length + 1, crc, generation: commit.generation };
    return { commit, end };
  }

  #parse(json: Buffer): unknown {
    try {
      return parseJson(json.toString());
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      return this.#fail("PERSIST_SYNTAX", `a line that is not JSON: ${cause.message}`, cause);
    }
  }

  /** A line that does not go on from the one before: is it whole, and belongs elsewhere? */
  #lookForHistory(line: Buffer): void {
    const commit = wholeLine(line);
    if (commit === undefined) return;
    if (commit.generation <= this.#end.generation)
      this.#fail("PERSIST_CORRUPT", `generation ${commit.generation} after ${this.#end.generation}`);
    if (commit.synced_bytes > this.#end.offset)
      this.#fail("PERSIST_CORRUPT", "a line before which something is missing");
  }

  /** A line after one that is not whole: it may say that the one before it was. */
  #lookForClaim(line: Buffer, badUntil: number): void {
    const commit = wholeLine(line);
    if (commit !== undefined && commit.generation > this.#end.generation && commit.synced_bytes >= badUntil)
      this.#fail("PERSIST_CORRUPT", "a line whose checksum is wrong, and which was right once");
  }

  #fail(code: "PERSIST_CORRUPT" | "PERSIST_SYNTAX" | "PERSIST_LIMIT", what: string, cause?: unknown): never {
    const { offset } = this.#end;
    throw new PersistError(code, `${this.#file} has ${what}, at byte ${offset}`, {
      file: this.#file,
      offset,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** What a line says, if nothing seems to be missing in it. */
function wholeLine(line: Buffer): Commit | undefined {
  if (!/^[0-9a-f]{8} \{/.test(line.toString("latin1", 0, CRC_LENGTH + 2))) return undefined;
  try {
    return toCommit(parseJson(line.toString("utf8", CRC_LENGTH + 1)), { file: "" });
  } catch {
    return undefined;
  }
}
