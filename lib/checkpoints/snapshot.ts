// The arrays of a state, held as they are at the moment of a save: copied into memory of ours, borrowed, or taken over.

import { PersistError } from "../errors.ts";
import type { ArraySlot } from "../graph/plan.ts";
import { isMapped } from "../mapped.ts";
import { native } from "../native.ts";
import { PIECE_BYTES, Turn } from "../turn.ts";
import type { Pool } from "./pool.ts";

/** How the arrays of a state are held while they are written. */
export type Source = "copy" | "borrow" | "transfer";

export interface Snapshot {
  /** The arrays, with the memory to write. */
  readonly slots: readonly ArraySlot[];
  /** The XXH3-128 of each array's bytes, by its name. Computed at the first call. */
  checksums(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, string>>;
  /** The buffers that were taken over, for their owner; no other may use them before the snapshot is written. */
  readonly taken: readonly ArrayBuffer[];
  /** Gives the memory of copies back. */
  release(): void;
}

/** Copies the arrays, in short turns. */
export async function copy(slots: readonly ArraySlot[], pool: Pool): Promise<Snapshot> {
  const buffers: ArrayBuffer[] = [];
  const release = (): void => pool.give(buffers.splice(0));
  try {
    const turn = new Turn();
    const copies: ArraySlot[] = [];
    for (const slot of slots) {
      const size_bytes = slot.array.data.byteLength;
      const buffer = pool.take(size_bytes);
      buffers.push(buffer);
      const data = new Uint8Array(buffer, 0, size_bytes);
      await inPieces(slot, turn, (piece, at) => native().copyBytes(data.subarray(at), piece));
      copies.push({ name: slot.name, array: { ...slot.array, data } });
    }
    return { slots: copies, checksums: once((signal) => sumsOnWorkers(copies, signal)), taken: [], release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Leaves the arrays where they are. They are summed here, not on a worker: their owner may take the memory away at any time. */
export function borrow(slots: readonly ArraySlot[]): Snapshot {
  return { slots, checksums: once((signal) => sumsInTurns(slots, signal)), taken: [], release() {} };
}

/**
 * Takes the buffers of the arrays away from their owner, who sees them detached.
 * @throws TypeError, before anything is taken, when one cannot be taken
 */
export function transfer(slots: readonly ArraySlot[]): Snapshot {
  const owners = new Set<ArrayBuffer>();
  for (const { name, array } of slots) {
    const { buffer } = array.data;
    const obstacle =
      buffer instanceof SharedArrayBuffer
        ? "is shared memory"
        : isMapped(buffer)
          ? "is mapped from a file"
          : array.type === "pooled Buffer"
            ? "lies in a buffer that Node shares among many"
            : undefined;
    if (obstacle !== undefined)
      throw new TypeError(`the array ${name} cannot be transferred: it ${obstacle}`);
    owners.add(buffer as ArrayBuffer);
  }
  const places = slots.map(({ array }) => ({
    buffer: array.data.buffer,
    offset_bytes: array.data.byteOffset,
    size_bytes: array.data.byteLength,
  }));
  const given = [...owners];
  const taken = structuredClone(given, { transfer: given });
  const ours = new Map<ArrayBufferLike, ArrayBuffer>(given.map((buffer, k) => [buffer, taken[k]!]));
  const moved = slots.map(({ name, array }, k) => {
    const { buffer, offset_bytes, size_bytes } = places[k]!;
    return { name, array: { ...array, data: new Uint8Array(ours.get(buffer)!, offset_bytes, size_bytes) } };
  });
  return { slots: moved, checksums: once((signal) => sumsOnWorkers(moved, signal)), taken, release() {} };
}

/** Sums the memory of arrays that somebody else may write to or take away. */
export async function sumsInTurns(
  slots: readonly ArraySlot[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  const turn = new Turn();
  for (const slot of slots) {
    const sum = native().createChecksum();
    await inPieces(slot, turn, (piece) => {
      signal?.throwIfAborted();
      native().updateChecksum(sum, piece);
    });
    sums.set(slot.name, native().checksumDigest(sum));
  }
  return sums;
}

/** Sums memory that is ours alone. */
async function sumsOnWorkers(
  slots: readonly ArraySlot[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const { name, array } of slots) {
    signal?.throwIfAborted();
    sums.set(name, await native().checksumMemory(array.data, undefined));
  }
  return sums;
}

/** Works through an array, given each piece and where it begins. Others go on between them when the turn is over. */
async function inPieces(
  { name, array: { data } }: ArraySlot,
  turn: Turn,
  work: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  const size_bytes = data.byteLength;
  for (let at = 0; at < size_bytes; at += PIECE_BYTES) {
    if (turn.isOver) await turn.pause();
    if (data.byteLength !== size_bytes) {
      throw new PersistError(
        "PERSIST_DETACHED",
        `the buffer of the array ${name} was detached or shrunk while it was saved`,
      );
    }
    work(data.subarray(at, at + PIECE_BYTES), at);
  }
}

function once<T>(
  compute: (signal: AbortSignal | undefined) => Promise<T>,
): (signal: AbortSignal | undefined) => Promise<T> {
  let result: Promise<T> | undefined;
  return (signal) => (result ??= compute(signal));
}
