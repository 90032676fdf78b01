// Looks at the memory of an array right before it is written.
import { dtype } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { bytesOf, type NDArray } from "../ndarray.ts";

/**
 * The bytes of an array in C order: a view of its memory where that already is so. Since the caller gave it, its buffer may
 * have been transferred or shrunk.
 * @throws PersistError PERSIST_DETACHED
 */
export function presentBytes(array: NDArray, file: string): Uint8Array {
  const size_bytes = array.size * dtype(array.dtype).itemsize_bytes;
  const { buffer, byteLength } = array.data;
  const bytes = byteLength === 0 || buffer.byteLength === 0 ? undefined : bytesOf(array);
  if ((bytes?.byteLength ?? 0) === size_bytes) return bytes ?? new Uint8Array(0);
  throw new PersistError("PERSIST_DETACHED", `the array was detached or resized before ${file} was written`, {
    file,
  });
}
