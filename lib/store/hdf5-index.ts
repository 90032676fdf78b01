// The index of the chunks of an HDF5 dataset: a B-tree of version 1, as the HDF5 library reads it. Nodes are never changed
// where they lie: what is new is a path from a new leaf up to a new root, so that an old root goes on giving the old chunks.
import { PersistError } from "../errors.ts";
import { Turn } from "../turn.ts";
import { numberAt, numberBytes, readAt, type GrowthPlaces } from "./hdf5-places.ts";
import type { FileRange } from "./synced-file.ts";

/** Where a chunk is stored. */
export interface ChunkPlace {
  /** Byte of the file. */
  readonly offset: number;
  readonly stored_bytes: number;
  /** A bit for each filter that was left out. */
  readonly mask: number;
}

/** What a change of the index needs on the disk. */
export interface IndexChange {
  /** To be on the disk before the root is. */
  readonly nodes: FileRange[];
  /** The address of the root; undefined for an index without chunks. */
  readonly root: number | undefined;
  /** Pointers of older nodes to their new neighbours, which only the library's rearranging of trees follows: after the root. */
  readonly links: FileRange[];
}

const HEAD_BYTES = 24;
const NONE = Buffer.alloc(8, 0xff);

interface Node {
  /** Byte of the file. */
  at: number;
  /** The first chunk beneath it. */
  first: number;
}

/**
 * Chunk k belongs into leaf k / children, that into node k / children² of the level above, and so on: a chunk that comes
 * last changes the last node of each level. Trees that others have made are taken node by node where they are like that.
 */
export class ChunkIndex {
  readonly #base: number;
  readonly #children: number;
  readonly #extents: readonly number[];
  /** Chunks along each axis but the first. */
  readonly #inner: readonly number[];
  /** Places by leaf: offset, stored bytes and mask of each of its chunks; an offset of 0 is no chunk. */
  readonly #leaves: Map<number, Float64Array> = new Map<number, Float64Array>();
  /** The nodes in the file, by level and number. */
  #levels: Map<number, Node>[] = [];
  readonly #changed: Set<number> = new Set<number>();
  #lastLeaf: number = 0;
  readonly #nodeBytes: number;

  /**
   * @param chunks extents of a chunk
   * @param shape extents of the array, the first of which may grow
   */
  constructor(
    chunks: readonly number[],
    shape: readonly number[],
    { base, children }: Pick<GrowthPlaces, "base" | "children">,
  ) {
    this.#base = base;
    this.#children = children;
    this.#extents = chunks;
    this.#inner = shape.slice(1).map((extent, k) => Math.ceil(extent / chunks[k + 1]!));
    this.#nodeBytes = HEAD_BYTES + children * 8 + (children + 1) * this.#keyBytes;
  }

  get #keyBytes(): number {
    return 8 + 8 * (this.#extents.length + 1);
  }

  /** The number of the chunk at such a place in the grid of chunks. */
  numberOf(place: readonly number[]): number {
    return this.#inner.reduce((number, extent, k) => number * extent + place[k + 1]!, place[0]!);
  }

  get(number: number): ChunkPlace | undefined {
    const leaf = this.#leaves.get(Math.floor(number / this.#children));
    const at = 3 * (number % this.#children);
    const offset = leaf?.[at] ?? 0;
    return offset === 0 ? undefined : { offset, stored_bytes: leaf![at + 1]!, mask: leaf![at + 2]! };
  }

  /** Offset, stored bytes and mask of each of such chunks; zeros for one that is not there. */
  placesOf(places: Iterable<readonly number[]>): Float64Array {
    const out: number[] = [];
    for (const place of places) {
      const found = this.get(this.numberOf(place));
      out.push(found?.offset ?? 0, found?.stored_bytes ?? 0, found?.mask ?? 0);
    }
    return Float64Array.from(out);
  }

  set(number: number, { offset, stored_bytes, mask }: ChunkPlace): void {
    const bucket = Math.floor(number / this.#children);
    this.#put(bucket, number, offset, stored_bytes, mask);
    this.#changed.add(bucket);
  }

  /**
   * Reads the index in a file.
   * @param root its address; undefined when there is none
   * @throws PersistError PERSIST_CORRUPT, PERSIST_TRUNCATED, PERSIST_IO
   */
  async load(fd: number, root: number | undefined, file: string): Promise<void> {
    const bad = (what: string): PersistError =>
      new PersistError("PERSIST_CORRUPT", `the index of chunks in ${file} ${what}`, { file });
    const turn = new Turn();
    const seen = new Set<number>();
    const waiting: { at: number; level: number | undefined }[] = [];
    if (root !== undefined) waiting.push({ at: this.#base + root, level: undefined });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (turn.isOver) await turn.pause();
      const { at, level: expected } = next;
      if (seen.has(at)) throw bad(`has a node twice (at byte ${at})`);
      seen.add(at);
      const bytes = readAt(fd, at, this.#nodeBytes, file);
      const [level, count] = [bytes[5]!, bytes.readUInt16LE(6)];
      const isNode = bytes.toString("latin1", 0, 4) === "TREE" && bytes[4] === 1;
      if (!isNode || count > this.#children || level !== (expected ?? level))
        throw bad(`has no node at byte ${at}`);
      this.#take(bytes, at, level, count, (child) => waiting.push({ at: child, level: level - 1 }), bad);
    }
    this.#forgetUnlike();
  }

  /** The nodes that have changed since the last `confirm`, each in a new place. */
  change(allocate: (size_bytes: number) => number): IndexChange {
    const nodes: FileRange[] = [];
    const links: FileRange[] = [];
    const height = this.#height;
    let changed = this.#changed as ReadonlySet<number>;
    for (let level = 0; level <= height; level++) {
      const known = (this.#levels[level] ??= new Map<number, Node>());
      for (const bucket of changed)
        known.set(bucket, { at: allocate(this.#nodeBytes), first: this.#firstOf(level, bucket) });
      const order = [...known.keys()].toSorted((a, b) => a - b);
      for (const [k, bucket] of order.entries()) {
        if (!changed.has(bucket)) continue;
        const [before, after] = [order[k - 1], order[k + 1]];
        const [left, right] = [known.get(before!), known.get(after!)];
        const { at } = known.get(bucket)!;
        nodes.push({ offset: at, data: this.#write(level, bucket, left, right) });
        if (left !== undefined && !changed.has(before!))
          links.push({ offset: left.at + 16, data: this.#address(at) });
        if (right !== undefined && !changed.has(after!))
          links.push({ offset: right.at + 8, data: this.#address(at) });
      }
      changed = new Set([...changed].map((bucket) => Math.floor(bucket / this.#children)));
    }
    this.#levels.length = height + 1;
    const root = this.#levels[height]!.get(0);
    return { nodes, root: root && root.at - this.#base, links };
  }

  /** The root of the last change is in the file. */
  confirm(): void {
    this.#changed.clear();
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  #put(bucket: number, number: number, offset: number, stored_bytes: number, mask: number): void {
    let leaf = this.#leaves.get(bucket);
    if (leaf === undefined) this.#leaves.set(bucket, (leaf = new Float64Array(3 * this.#children)));
    this.#lastLeaf = Math.max(this.#lastLeaf, bucket);
    leaf.set([offset, stored_bytes, mask], 3 * (number % this.#children));
  }

  /** Takes a node of the file: the chunks of a leaf; and the node itself, under the number that it would have here. */
  #take(
    bytes: Buffer,
    at: number,
    level: number,
    count: number,
    goInto: (at: number) => void,
    bad: (what: string) => PersistError,
  ): void {
    const span = this.#children ** (level + 1);
    /** The nodes among which its children would be here, and the first chunk of each. */
    const firsts = new Map<number, number>();
    for (let k = 0; k < count; k++) {
      const key = HEAD_BYTES + k * (this.#keyBytes + 8);
      const number = this.#numberAt(bytes, key + 8, bad);
      const child = this.#base + numberAt(bytes, key + this.#keyBytes);
      const bucket = Math.floor(number / span);
      if (!firsts.has(bucket)) firsts.set(bucket, number);
      if (level > 0) goInto(child);
      else {
        if (this.get(number) !== undefined) throw bad(`has chunk ${number} twice`);
        this.#put(bucket, number, child, bytes.readUInt32LE(key), bytes.readUInt32LE(key + 4));
      }
    }
    const known = (this.#levels[level] ??= new Map<number, Node>());
    for (const [bucket, first] of firsts) {
      // what shares a node with others, or is in several, cannot stay as it is
      const isAlike = firsts.size === 1 && !known.has(bucket);
      known.set(bucket, { at: isAlike ? at : 0, first });
    }
  }

  /** Marks what is to be written anew because others have divided it in another way. */
  #forgetUnlike(): void {
    const isAlike = (level: number, bucket: number): boolean =>
      (this.#levels[level]?.get(bucket)?.at ?? 0) > 0;
    for (const bucket of this.#leaves.keys()) {
      let number = bucket;
      let alike = true;
      for (let level = 0; level <= this.#height; level++) {
        alike &&= isAlike(level, number);
        number = Math.floor(number / this.#children);
      }
      if (!alike) this.#changed.add(bucket);
    }
  }

  /** The level of the root. */
  get #height(): number {
    let height = 0;
    for (let last = this.#lastLeaf; last > 0; last = Math.floor(last / this.#children)) height++;
    return height;
  }

  #firstOf(level: number, bucket: number): number {
    for (let k = 0; k < this.#children; k++) {
      const child = bucket * this.#children + k;
      if (level === 0) {
        if (this.get(child) !== undefined) return child;
      } else {
        const node = this.#levels[level - 1]!.get(child);
        if (node !== undefined) return node.first;
      }
    }
    return 0;
  }

  #write(level: number, bucket: number, left: Node | undefined, right: Node | undefined): Buffer {
    const out = Buffer.alloc(this.#nodeBytes);
    out.write("TREE", "latin1");
    out[4] = 1;
    out[5] = level;
    out.set(left === undefined ? NONE : this.#address(left.at), 8);
    out.set(right === undefined ? NONE : this.#address(right.at), 16);
    let count = 0;
    for (let k = 0; k < this.#children; k++) {
      const child = bucket * this.#children + k;
      const node = level === 0 ? undefined : this.#levels[level - 1]!.get(child);
      const first = level === 0 ? child : node?.first;
      const place = first === undefined ? undefined : this.get(first);
      if (place === undefined) continue;
      const key = HEAD_BYTES + count++ * (this.#keyBytes + 8);
      this.#writeKey(out, key, first!, place);
      out.set(this.#address(node?.at ?? place.offset), key + this.#keyBytes);
    }
    // behind the last child stands the key at which the next node may begin
    const end = (bucket + 1) * this.#children ** (level + 1);
    this.#writeKey(out, HEAD_BYTES + count * (this.#keyBytes + 8), end, undefined);
    out.writeUInt16LE(count, 6);
    return out;
  }

  #writeKey(out: Buffer, at: number, number: number, place: ChunkPlace | undefined): void {
    out.writeUInt32LE(place?.stored_bytes ?? 0, at);
    out.writeUInt32LE(place?.mask ?? 0, at + 4);
    let rest = number;
    for (let axis = this.#extents.length - 1; axis >= 0; axis--) {
      const count = axis === 0 ? Infinity : this.#inner[axis - 1]!;
      const index = axis === 0 ? rest : rest % count;
      out.writeBigUInt64LE(BigInt(index) * BigInt(this.#extents[axis]!), at + 8 + 8 * axis);
      rest = Math.floor(rest / count);
    }
  }

  #numberAt(bytes: Buffer, at: number, bad: (what: string) => PersistError): number {
    const place = this.#extents.map((extent, axis) => numberAt(bytes, at + 8 * axis) / extent);
    const isPlace = place.every(
      (index, axis) => Number.isSafeInteger(index) && (axis === 0 || index < this.#inner[axis - 1]!),
    );
    const number = this.numberOf(place);
    if (!isPlace || !Number.isSafeInteger(number)) throw bad("has a chunk where there can be none");
    return number;
  }

  #address(at: number): Buffer {
    return numberBytes(at - this.#base);
  }
}
