// The memory of an array right before it is written: a view of it, or a copy in C order made in short turns.
import { constants } from "node:buffer";
import { dtype as lookUp } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { bytesOf, isDense, type NDArray } from "../ndarray.ts";
import { PIECE_BYTES, Turn } from "../turn.ts";

/**
 * The bytes of an array in C order: a view of its memory where that already is so, else a copy. Since the caller gave it, its
 * buffer may have been transferred or shrunk.
 * A view is given at once, with no turn between this look and what the caller does with it.
 * @throws PersistError PERSIST_DETACHED; PERSIST_LIMIT for more bytes than a Uint8Array can have: 4 GiB in Node 20, whose other typed arrays may be longer
 */
export function presentBytes(array: NDArray, file: string): Uint8Array | Promise<Uint8Array> {
  const size_bytes = array.size * lookUp(array.dtype).itemsize_bytes;
  if (size_bytes > constants.MAX_LENGTH) throw tooLong(size_bytes, file);
  const bytes = ifPresent(array, file, () => (isDense(array) ? bytesOf(array) : undefined));
  if (bytes === undefined) return gather(array, file);
  if (bytes.byteLength !== size_bytes) throw detached(file);
  return bytes;
}

/** The bytes of many arrays, in short turns; what is a view must be looked at again before it is used. */
export async function allPresentBytes(arrays: readonly NDArray[], file: string): Promise<Uint8Array[]> {
  const out: Uint8Array[] = [];
  const turn = new Turn();
  for (const array of arrays) {
    if (turn.isOver) await turn.pause();
    const bytes = presentBytes(array, file);
    out.push(bytes instanceof Uint8Array ? bytes : await bytes);
  }
  return out;
}

/** Throws PERSIST_DETACHED where one of the views has changed its size since it was given. */
export function presence(views: readonly Uint8Array[], file: string): () => void {
  const sizes = views.map(({ byteLength }) => byteLength);
  return () => {
    if (views.some(({ byteLength }, k) => byteLength !== sizes[k])) throw detached(file);
  };
}

/** Copies piece after piece, and lets the program go on meanwhile. */
async function gather(array: NDArray, file: string): Promise<Uint8Array> {
  const { itemsize_bytes } = lookUp(array.dtype);
  const out = new Uint8Array(array.size * itemsize_bytes);
  const turn = new Turn();
  let done = 0;
  // parts that are yet to be copied, the next one last: each follows the one before in C order
  const parts = [array];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { shape } = part;
    const axis = shape.findIndex((extent) => extent > 1);
    if (part.size * itemsize_bytes > PIECE_BYTES && axis >= 0) {
      const middle = shape[axis]! >> 1;
      const whole = shape.slice(0, axis).map(() => [0, 1] as const);
      const pair = [[middle, null] as const, [0, middle] as const];
      const source = part;
      for (const range of pair) parts.push(ifPresent(array, file, () => source.slice([...whole, range])));
      continue;
    }
    const last = part;
    const piece = ifPresent(array, file, () => bytesOf(last));
    out.set(piece, done);
    done += piece.byteLength;
    if (turn.isOver) await turn.pause();
  }
  return out;
}

/** Does something with an array's memory; what fails because it is gone is DETACHED. */
function ifPresent<T>(array: NDArray, file: string, use: () => T): T {
  if (array.size > 0 && array.data.byteLength === 0) throw detached(file);
  try {
    return use();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw detached(file);
    throw error;
  }
}

function tooLong(size_bytes: number, file: string): PersistError {
  return new PersistError(
    "PERSIST_LIMIT",
    `an array of ${size_bytes} bytes cannot be written to ${file} in one go by Node ${process.versions.node}, which takes ${constants.MAX_LENGTH} at most: createArray writes it in parts, and newer versions of Node whole`,
    { file },
  );
}

/** PERSIST_DETACHED: the memory is not there any more. */
export function detached(file: string): PersistError {
  return new PersistError(
    "PERSIST_DETACHED",
    `the array was detached or resized before ${file} was written`,
    { file },
  );
}
