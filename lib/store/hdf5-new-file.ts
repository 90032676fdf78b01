// The metadata of a new HDF5 file of plain datasets, as the library writes them in its earliest format: superblock, groups, and a header for each
// dataset. The library takes 25 µs for each on its thread, and two wakes for a file. What is not plain is left to it.
import { Turn } from "../turn.ts";
import { FLOATS, SIGNATURE } from "./hdf5-places.ts";

/** What is to be known of a dataset in one piece. */
export interface PlainDataset {
  /** A path; groups on the way are made. */
  readonly name: string;
  readonly descr: string;
  readonly shape: readonly number[];
  readonly size_bytes: number;
  /** Whether its elements come before those of others. */
  readonly comesFirst: boolean;
}

export interface NewFile {
  /** The start of the file, up to all elements. */
  readonly head: Buffer;
  /** Where the elements of each begin, at multiples of 64. */
  readonly places: readonly number[];
}

const ALIGNMENT_BYTES = 64;
const SUPERBLOCK_BYTES = 96;
const NOWHERE = 2n ** 64n - 1n;
/** How many symbols a list has at most, and children a node of a tree. */
const SYMBOLS = 8;
const CHILDREN = 32;
const SYMBOL_BYTES = 40;
const LIST_BYTES = 8 + SYMBOLS * SYMBOL_BYTES;
const NODE_BYTES = 24 + CHILDREN * 16 + 8;
const HEAP_HEAD_BYTES = 32;
const NO_FREE_SPACE = 1;

interface Group {
  readonly entries: Map<string, Group | number>;
  header: number;
  tree: number;
  heap: number;
}

/** The last file of one dataset: in a series of files that of the next is often the same. */
let last: { readonly dataset: string; readonly file: NewFile | undefined } | undefined;

/** Lays out a file, in short turns; undefined where the library must make it. */
export async function layOutFile(datasets: readonly PlainDataset[]): Promise<NewFile | undefined> {
  if (datasets.length !== 1) return layOut(datasets);
  const dataset = JSON.stringify(datasets[0]);
  if (last?.dataset !== dataset) last = { dataset, file: await layOut(datasets) };
  return last.file;
}

async function layOut(datasets: readonly PlainDataset[]): Promise<NewFile | undefined> {
  const turn = new Turn();
  const groups = await groupsOf(datasets, turn);
  const types = datasets.map(({ descr }) => typeOf(descr));
  if (groups === undefined || !types.every((type) => type !== undefined)) return undefined;
  const layout = new Layout();
  const places: number[] = datasets.map(() => 0);
  const headers: number[] = [];
  for (const [k, { shape, size_bytes }] of datasets.entries()) {
    if (turn.isOver) await turn.pause();
    const messages = [spaceOf(shape), types[k]!, FILL] as const;
    const size = 16 + messages.reduce((sum, { length }) => sum + length, 0) + 32;
    const write = (bytes: Buffer, at: number): void =>
      writeDataset(bytes, at, size, messages, places[k]!, size_bytes);
    headers.push(layout.add(size, write));
  }
  for (const group of groups.toReversed()) addGroup(layout, group, headers);
  const start = roundUp(layout.end, ALIGNMENT_BYTES);
  let end = start;
  for (const isTurn of [true, false]) {
    for (const [k, { size_bytes, comesFirst }] of datasets.entries()) {
      if (comesFirst !== isTurn) continue;
      places[k] = roundUp(end, ALIGNMENT_BYTES);
      end = places[k] + size_bytes;
    }
  }
  const head = await layout.write(start, turn);
  writeSuperblock(head, groups[0]!, end);
  return { head, places };
}

/** What is to be written, and where: what comes first in the file can name the places of what comes later. */
class Layout {
  end = SUPERBLOCK_BYTES;
  readonly #writes: ((bytes: Buffer) => void)[] = [];

  /** Gives the place. */
  add(size: number, write: (bytes: Buffer, at: number) => void): number {
    const at = this.end;
    this.#writes.push((bytes) => write(bytes, at));
    this.end += roundUp(size, 8);
    return at;
  }

  async write(size: number, turn: Turn): Promise<Buffer> {
    const bytes = Buffer.alloc(size);
    for (const write of this.#writes) {
      if (turn.isOver) await turn.pause();
      write(bytes);
    }
    return bytes;
  }
}

/** The groups that the datasets are in, the root first, each before those within; undefined for names that are not plain. */
async function groupsOf(
  datasets: readonly PlainDataset[],
  turn: Turn,
): Promise<readonly Group[] | undefined> {
  const groups: Group[] = [];
  const newGroup = (): Group => {
    const group = { entries: new Map<string, Group | number>(), header: 0, tree: 0, heap: 0 };
    groups.push(group);
    return group;
  };
  const root = newGroup();
  for (const [k, { name, size_bytes }] of datasets.entries()) {
    if (turn.isOver) await turn.pause();
    const parts = name.split("/");
    const last = parts.pop()!;
    let group = root;
    for (const part of [...parts, last]) if (!/^(?!\.$)[\x20-\x7e]+$/u.test(part)) return undefined;
    for (const part of parts) {
      const found = group.entries.get(part) ?? newGroup();
      if (typeof found === "number") return undefined;
      group.entries.set(part, found);
      group = found;
    }
    if (group.entries.has(last) || size_bytes === 0) return undefined;
    group.entries.set(last, k);
  }
  return datasets.length === 0 ? undefined : groups;
}

/** A group of the early kind: a heap of names, lists of symbols in the order of their names, and a tree over these. */
function addGroup(layout: Layout, group: Group, headers: readonly number[]): void {
  const names = [...group.entries.keys()].toSorted();
  const offsets: number[] = [];
  let heap_bytes = 8; // the name of nothing
  for (const name of names) {
    offsets.push(heap_bytes);
    heap_bytes += roundUp(name.length + 1, 8);
  }
  group.heap = layout.add(HEAP_HEAD_BYTES + heap_bytes, (bytes, at) => {
    bytes.write("HEAP", at, "latin1");
    writeNumbers(bytes, at + 8, heap_bytes, NO_FREE_SPACE, at + HEAP_HEAD_BYTES);
    for (const [k, name] of names.entries()) bytes.write(name, at + HEAP_HEAD_BYTES + offsets[k]!, "latin1");
  });
  let children: Child[] = [];
  for (let first = 0; first < names.length; first += SYMBOLS) {
    const count = Math.min(SYMBOLS, names.length - first);
    const at = layout.add(LIST_BYTES, (bytes, start) => {
      bytes.write("SNOD\x01", start, "latin1");
      bytes.writeUInt16LE(count, start + 6);
      for (let k = 0; k < count; k++) {
        const entry = group.entries.get(names[first + k]!)!;
        writeSymbol(
          bytes,
          start + 8 + k * SYMBOL_BYTES,
          offsets[first + k]!,
          typeof entry === "number" ? headers[entry]! : entry,
        );
      }
    });
    children.push({ at, last: offsets[first + count - 1]! });
  }
  for (let level = 0; level === 0 || children.length > 1; level++)
    children = addLevel(layout, children, level);
  group.tree = children[0]!.at;
  group.header = layout.add(16 + 24, (bytes, at) => {
    writeHeader(bytes, at, 16 + 24, 1);
    bytes.writeUInt16LE(0x11, at + 16);
    bytes.writeUInt16LE(16, at + 18);
    writeNumbers(bytes, at + 24, group.tree, group.heap);
  });
}

/** A list or a node, and where its last name is in the heap. */
interface Child {
  readonly at: number;
  readonly last: number;
}

/** Nodes over what is below. */
function addLevel(layout: Layout, children: readonly Child[], level: number): Child[] {
  const nodes: Child[] = [];
  const count = Math.ceil(children.length / CHILDREN);
  const start = layout.end;
  for (let node = 0; node < count; node++) {
    const own = children.slice(node * CHILDREN, (node + 1) * CHILDREN);
    const before = node === 0 ? 0 : children[node * CHILDREN - 1]!.last;
    const at = layout.add(NODE_BYTES, (bytes, place) => {
      bytes.write("TREE", place, "latin1");
      bytes[place + 5] = level;
      bytes.writeUInt16LE(own.length, place + 6);
      const neighbour = (other: number): number | bigint =>
        other < 0 || other >= count ? NOWHERE : start + other * NODE_BYTES;
      writeNumbers(bytes, place + 8, neighbour(node - 1), neighbour(node + 1), before);
      for (const [k, child] of own.entries()) writeNumbers(bytes, place + 32 + 16 * k, child.at, child.last);
    });
    nodes.push({ at, last: own.at(-1)!.last });
  }
  return nodes;
}

/** A dataset by its header, or a group. */
function writeSymbol(bytes: Buffer, at: number, name: number, entry: Group | number): void {
  if (typeof entry === "number") return writeNumbers(bytes, at, name, entry);
  writeNumbers(bytes, at, name, entry.header, 1, entry.tree, entry.heap);
}

function writeSuperblock(bytes: Buffer, root: Group, end: number): void {
  bytes.write(SIGNATURE, 0, "latin1");
  bytes.writeUInt16BE(0x0808, 13);
  bytes.writeUInt16LE(SYMBOLS / 2, 16);
  bytes.writeUInt16LE(CHILDREN / 2, 18);
  writeNumbers(bytes, 24, 0, NOWHERE, end, NOWHERE);
  writeSymbol(bytes, 56, 0, root);
}

function writeHeader(bytes: Buffer, at: number, size: number, messages: number): void {
  bytes[at] = 1;
  bytes.writeUInt16LE(messages, at + 2);
  bytes.writeUInt32LE(1, at + 4);
  bytes.writeUInt32LE(size - 16, at + 8);
}

function writeDataset(
  bytes: Buffer,
  start: number,
  size: number,
  messages: readonly Buffer[],
  place: number,
  size_bytes: number,
): void {
  writeHeader(bytes, start, size, messages.length + 1);
  let at = start + 16;
  for (const message of messages) at += message.copy(bytes, at);
  bytes.writeUInt16LE(8, at);
  bytes.writeUInt16LE(24, at + 2);
  bytes.writeUInt16LE(0x0103, at + 8);
  writeNumbers(bytes, at + 10, place, size_bytes);
}

function writeNumbers(bytes: Buffer, at: number, ...numbers: readonly (number | bigint)[]): void {
  let place = at;
  for (const number of numbers) place = bytes.writeBigUInt64LE(BigInt(number), place);
}

function spaceOf(shape: readonly number[]): Buffer {
  const out = Buffer.alloc(16 + 8 * shape.length);
  out.writeUInt16LE(1, 0);
  out.writeUInt16LE(out.length - 8, 2);
  out[8] = 1;
  out[9] = shape.length;
  writeNumbers(out, 16, ...shape);
  return out;
}

/** Memory is allocated early and never filled; nothing says with what. */
const FILL = Buffer.from("05000800010000000201010100000000", "hex");

/** The message of a type that is a plain number of this machine's order. */
function typeOf(descr: string): Buffer | undefined {
  const [, kind, size] = /^[<|]([iuf])([1248])$/u.exec(descr) ?? [];
  if (kind === undefined) return undefined;
  const width = Number(size);
  const float = FLOATS.find((one) => one[4] === width);
  if (kind === "f" && float === undefined) return undefined;
  const out = Buffer.alloc(kind === "f" ? 32 : 24);
  out.writeUInt16LE(3, 0);
  out.writeUInt16LE(out.length - 8, 2);
  out[4] = 1; // it will not change
  if (kind === "f") float!.copy(out, 8);
  else {
    out[8] = 0x10;
    out[9] = kind === "i" ? 8 : 0;
    out.writeUInt32LE(width, 12);
    out.writeUInt16LE(8 * width, 18);
  }
  return out;
}

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}
