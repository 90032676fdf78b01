// Which chunks an array gets where the caller does not say.

/** What the HDF5 library keeps of a dataset by default: larger chunks would be decoded anew for each part that is read. */
const LARGEST_BYTES = 2 ** 20;

/**
 * Chunks that take whole rows as far as they fit, so that each is one piece of an array in C order.
 * @param shape null for an extent that grows
 */
export function chunkShape(shape: readonly (number | null)[], itemsize_bytes: number): number[] {
  const out = shape.map(() => 1);
  let room = Math.max(1, Math.floor(LARGEST_BYTES / Math.max(itemsize_bytes, 1)));
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? Infinity;
    // as even as can be: the last chunk along an axis takes room for all of its elements
    const count = extent === Infinity ? 1 : Math.ceil(extent / room);
    out[axis] = extent === Infinity ? room : Math.max(1, Math.ceil(extent / Math.max(count, 1)));
    room = Math.floor(room / out[axis]!);
    if (extent > out[axis]!) break;
  }
  return out;
}
