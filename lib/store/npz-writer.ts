// Fills a new npz file: members kept from another one, then arrays of the caller's, stored or deflated. Small arrays are gathered in blocks of
// memory, so that ten thousand of them are not ten thousand calls of the system.
import { native, type ArraysToPack, type ZipLayout } from "../native.ts";
import { Turn, SMALL_BYTES } from "../turn.ts";
import { partOf, runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";
import type { ZipMember } from "./zip-member.ts";

/** Arrays to write: the names of their entries, their npy headers, their elements. */
export type NpzArrays = Omit<ArraysToPack, "sizes">;

/** Members of another zip file, to be taken over as they lie there. */
export interface KeptMembers {
  readonly fd: number;
  readonly file: string;
  readonly members: readonly { readonly member: ZipMember; readonly start: number }[];
}

/** How to fill the file. */
export interface FillOptions extends JobOptions {
  readonly compress: boolean;
  readonly durability: Durability;
  /** Called right before the addon takes the memory of the arrays: throws if it is no longer there. */
  readonly checkPresent: () => void;
}

/** Bytes of small members in one block. */
const BLOCK_BYTES = 2 ** 20;
/** No local header is longer, but for its name. */
const HEADER_BYTES = 256;

/**
 * Fills the empty file at `path`, and gives where each new array's entry begins, and its bytes in the file. On failure the file is the caller's to remove.
 *
 *  1. Copy the members that are kept.
 *  2. Write the npy headers and elements to their places, and sum them up: zip wants a CRC-32 of each entry.
 *  3. Write the zip records around the entries, and sync.
 */
export async function fillNpz(
  path: string,
  arrays: NpzArrays,
  kept: KeptMembers | undefined,
  options: FillOptions,
): Promise<Float64Array> {
  const zip = native().createZip();
  if (kept !== undefined) await copyMembers(zip, path, kept, options.signal);
  const file = new NpzFile(zip, path, arrays, kept?.members.length ?? 0, options);
  await (options.compress ? file.writeDeflated() : file.writeStored());
  await native().writeRanges(path, native().zipRecords(zip), options.durability === "full", undefined);
  return native().zipPlaces(zip, file.first);
}

async function copyMembers(
  zip: ZipLayout,
  path: string,
  { fd, file, members }: KeptMembers,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ranges = members.map(({ member, start }) => {
    const { name, method, size_bytes, stored_bytes, parts, crc } = member;
    const deflated = method === 0 ? {} : { deflated_bytes: stored_bytes, parts };
    const to = native().addToZip(zip, { name, size_bytes, ...deflated }, crc);
    return { from: start, to, size_bytes: stored_bytes };
  });
  await runJob({ signal }, "copy", native().zipEnd(zip), (control) =>
    native().copyRanges(fd, file, path, ranges, control),
  );
}

/** An npz file that arrays are written into. */
class NpzFile {
  /** Entries before those of the arrays. */
  readonly first: number;
  readonly #zip: ZipLayout;
  readonly #path: string;
  readonly #arrays: ArraysToPack;
  readonly #options: FillOptions;
  readonly #total_bytes: number;
  #done_bytes = 0;

  constructor(zip: ZipLayout, path: string, arrays: NpzArrays, first: number, options: FillOptions) {
    options.checkPresent();
    this.first = first;
    this.#zip = zip;
    this.#path = path;
    const { heads, data } = arrays;
    this.#arrays = { ...arrays, sizes: heads.map(({ length }, k) => length + data[k]!.length) };
    this.#options = options;
    this.#total_bytes = this.#bytesOf(0, heads.length);
  }

  async writeStored(): Promise<void> {
    const { sizes } = this.#arrays;
    const isSmall = (k: number): boolean => sizes[k]! <= SMALL_BYTES;
    for (let from = 0, end = 0; from < sizes.length; from = end) {
      // so many of one kind, one after the other
      const small = isSmall(from);
      while (end < sizes.length && isSmall(end) === small) end++;
      await (small ? this.#writeBlocks(from, end) : this.#writeMembers(from, end));
    }
  }

  async writeDeflated(): Promise<void> {
    const { names, heads, data, sizes } = this.#arrays;
    const start = native().zipEnd(this.#zip);
    const members = names.map((name, k) => {
      const lead_bytes = native().zipHeaderBytes(name, sizes[k]!);
      return { lead_bytes, head: heads[k]!, data: data[k]! };
    });
    const places = await this.#run(this.#total_bytes, (control) => {
      this.#options.checkPresent();
      return native().writeDeflated(this.#path, start, members, control);
    });
    for (const [k, { offset, stored_bytes, parts, crc }] of places.entries()) {
      const entry = { name: names[k]!, size_bytes: sizes[k]!, deflated_bytes: stored_bytes, parts, offset };
      native().addToZip(this.#zip, entry, crc);
    }
  }

  /** Large arrays, from where they lie. */
  async #writeMembers(from: number, end: number): Promise<void> {
    const { names, heads, data, sizes } = this.#arrays;
    const members = names.slice(from, end).map((name, at) => {
      const k = from + at;
      const offset = native().addToZip(this.#zip, { name, size_bytes: sizes[k]! }, 0);
      return { offset, head: heads[k]!, data: data[k]! };
    });
    const sums = await this.#run(this.#bytesOf(from, end), (control) => {
      this.#options.checkPresent();
      return native().writeStored(this.#path, members, control);
    });
    native().sumInZip(this.#zip, this.first + from, sums);
  }

  /** Small arrays, copied and summed in short turns, with their local headers around them: one block is filled while another is written. */
  async #writeBlocks(from: number, end: number): Promise<void> {
    const { names } = this.#arrays;
    let room = this.#bytesOf(from, end);
    for (let k = from; k < end && room < BLOCK_BYTES; k++) room += HEADER_BYTES + 3 * names[k]!.length;
    // two blocks, which are used again: new memory costs more than what is copied into it
    const blocks: Uint8Array[] = [];
    const turn = new Turn();
    let writing: Promise<void> = Promise.resolve();
    try {
      for (let next = from, turns = 0; next < end; turns++) {
        const block = (blocks[turns % 2] ??= new Uint8Array(native().newBuffer(Math.min(room, BLOCK_BYTES))));
        const [taken, offset, used_bytes] = native().packIntoZip(
          this.#zip,
          this.#arrays,
          next,
          end,
          block,
          this.#path,
        );
        await writing;
        const ranges = [{ offset, data: block.subarray(0, used_bytes) }];
        writing = this.#run(this.#bytesOf(next, next + taken), (control) =>
          native().writeRanges(this.#path, ranges, false, control),
        );
        writing.catch(() => {}); // it is awaited before the next one
        next += taken;
        if (turn.isOver) await turn.pause();
      }
      await writing;
    } finally {
      await writing.catch(() => {});
    }
  }

  /** Runs a job whose progress goes on from that of those before. */
  async #run<T>(size_bytes: number, start: Parameters<typeof runJob<T>>[3]): Promise<T> {
    const job = partOf(this.#options, this.#done_bytes, this.#total_bytes);
    this.#done_bytes += size_bytes;
    return runJob(job, "write", size_bytes, start);
  }

  #bytesOf(from: number, end: number): number {
    const { sizes } = this.#arrays;
    let bytes = 0;
    for (let k = from; k < end; k++) bytes += sizes[k]!;
    return bytes;
  }
}
