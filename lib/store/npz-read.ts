// Reads many arrays of an npz file in one go.
import { NDArray, strideOf } from "../ndarray.ts";
import { PersistError } from "../errors.ts";
import { Turn, SMALL_BYTES } from "../turn.ts";
import type { ManyArrays, ReadOptions } from "./array-format.ts";
import { mapExtent } from "./extent.ts";
import { partOf } from "./job.ts";
import { mappedArray } from "./mapped-array.ts";
import { parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import { ENDING, directoryOf, findMember, isFolder, lookAt, type Look } from "./npz-file.ts";
import { closeFile, openFile } from "./open-file.ts";
import { ReadAhead } from "./read-ahead.ts";
import { readElements } from "./read-elements.ts";
import { reader } from "./reader.ts";
import type { ZipDirectory } from "./zip-directory.ts";

/** Small arrays are read so many bytes at a time. */
const PIECE_BYTES = 2 ** 20;
/** What `readLittle` says of each: start, bytes of the header, bytes, whether the header is like the one before. */
const PLACE_NUMBERS = 4;

/**
 * Reads the arrays of some names, or all. Entries are visited in the order in which they lie, so that small ones are read many at a time; others, one by
 * one, on a worker.
 * @throws PersistError as `readArray`; PERSIST_FORMAT where all are asked for and one is no array
 */
export async function readNpz(
  file: string,
  only: readonly string[] | undefined,
  options: ReadOptions,
): Promise<ManyArrays> {
  const fd = openFile(file, "r");
  let directory: ZipDirectory | undefined;
  try {
    directory = directoryOf(fd, file);
    directory.hold();
    const all = only ?? directory.names();
    const names = only ?? all.filter((entry) => !isFolder(entry)).map((entry) => nameOf(entry, file));
    const isAll = only === undefined && names.length === all.length;
    const order = directory.order(isAll ? undefined : names.map((name) => name + ENDING));
    if (order.positions.length < names.length) for (const name of names) findMember(directory, file, name);
    const reading = new Reading(fd, file, directory, names, options);
    await reading.read(order);
    return reading;
  } finally {
    directory?.release();
    closeFile(fd);
  }
}

function nameOf(entry: string, file: string): string {
  if (entry.endsWith(ENDING)) return entry.slice(0, -ENDING.length);
  throw new PersistError("PERSIST_FORMAT", `${JSON.stringify(entry)} in ${file} is no npy file`, { file });
}

/** Arrays of an open file on their way into memory. */
class Reading implements ManyArrays {
  readonly names: readonly string[];
  /** Filled in the order of the file. */
  readonly arrays: NDArray[];
  readonly #fd: number;
  readonly #file: string;
  readonly #directory: ZipDirectory;
  readonly #options: ReadOptions;
  readonly #look: Look;
  readonly #piece: Uint8Array = Buffer.allocUnsafeSlow(PIECE_BYTES);
  readonly #total_bytes: number;
  #done_bytes = 0;

  constructor(
    fd: number,
    file: string,
    directory: ZipDirectory,
    names: readonly string[],
    options: ReadOptions,
  ) {
    this.names = names;
    this.#fd = fd;
    this.#file = file;
    this.#directory = directory;
    this.#options = options;
    const ahead = new ReadAhead(fd, file);
    this.#look = { readAt: ahead.readAt.bind(ahead), parse: parserOfMany() };
    const sizes =
      options.onProgress === undefined
        ? []
        : names.map((name) => findMember(directory, file, name).size_bytes);
    this.#total_bytes = sizes.reduce((sum, size_bytes) => sum + size_bytes, 0);
    this.arrays = names.map(() => undefined as never);
  }

  /** Where the names' entries lie tells in which order to read them. */
  async read({ positions, entries }: ReturnType<ZipDirectory["order"]>): Promise<void> {
    const { signal, onProgress } = this.#options;
    const turn = new Turn();
    for (let next = 0; next < positions.length;) {
      if (turn.isOver) {
        await turn.pause();
        signal?.throwIfAborted();
      }
      const taken = await this.#takeLittle(positions, entries, next);
      if (taken === 0) await this.#takeOne(positions[next]!);
      next += Math.max(taken, 1);
    }
    onProgress?.({ phase: "read", done_bytes: this.#total_bytes, total_bytes: this.#total_bytes });
  }

  /** Takes small arrays that are stored as they are used, as many as lie close together; gives how many. */
  async #takeLittle(positions: Uint32Array, entries: Uint32Array, from: number): Promise<number> {
    const piece = this.#piece;
    const places = reader().readLittle(this.#fd, this.#directory.index, entries, from, SMALL_BYTES, piece);
    const buffers: (ArrayBuffer | undefined)[] = [];
    const others: number[] = [];
    let header: NpyHeader | undefined;
    let stride: readonly number[] = [];
    for (let at = 0; at < places.length; at += PLACE_NUMBERS) {
      const position = positions[from + buffers.length]!;
      const size = places[at + 2]!;
      if (header === undefined || places[at + 3] === 0) {
        const head = piece.subarray(places[at], places[at]! + places[at + 1]!);
        header = this.#look.parse(head, size, `${this.#file}#${this.names[position]!}`);
        stride = strideOf(header.shape, header.fortran);
      }
      const { dtype, shape, bigEndian, fields, offset_bytes, size_bytes } = header;
      if (bigEndian || fields !== undefined || offset_bytes + size_bytes !== size) {
        buffers.push(undefined);
        others.push(position);
        continue;
      }
      const buffer = new ArrayBuffer(size_bytes);
      buffers.push(buffer);
      const data = new dtype.Data(buffer);
      this.arrays[position] = new NDArray({ data, shape, stride, dtype: dtype.name });
      this.#done_bytes += size;
    }
    reader().takeLittle(piece, places, buffers);
    for (const position of others) await this.#takeOne(position);
    return buffers.length;
  }

  /** One array by itself. */
  async #takeOne(position: number): Promise<void> {
    const [fd, file] = [this.#fd, this.#file];
    const member = findMember(this.#directory, file, this.names[position]!);
    const { extent, packing } = lookAt(fd, file, member, this.#look);
    const isMapped = this.#options.map && packing.deflated === undefined && member.size_bytes > SMALL_BYTES;
    const job = partOf(this.#options, this.#done_bytes, this.#total_bytes);
    this.arrays[position] = isMapped
      ? mappedArray(mapExtent(fd, extent, "c", file))
      : await readElements(fd, extent, packing, undefined, file, job);
    this.#done_bytes += member.size_bytes;
  }
}

/** Arrays of one type and shape have the same header, and often follow each other. */
function parserOfMany(): Look["parse"] {
  let last: { bytes: Uint8Array; header: NpyHeader } | undefined;
  return (bytes, size_bytes, place) => {
    if (last === undefined || Buffer.compare(last.bytes, bytes) !== 0)
      last = { bytes: Uint8Array.from(bytes), header: parseNpyHeader(bytes, size_bytes, place) };
    return last.header;
  };
}
