// The grid of chunks in which an array lies.

/** How many chunks an array has. */
export function chunkCount(shape: readonly number[], chunks: readonly number[]): number {
  return shape.reduce((count, extent, axis) => count * Math.ceil(extent / chunks[axis]!), 1);
}

/**
 * The places, in the grid of chunks, of those that hold an element of a part; in C order.
 * @param ranges start, step (1 or more) and count for each axis; none of the counts is 0
 */
export function* placesTouched(
  ranges: readonly number[],
  chunks: readonly number[],
): Generator<readonly number[], void, undefined> {
  const lists = chunks.map((extent, axis) => {
    const [start, step, count] = [ranges[3 * axis]!, ranges[3 * axis + 1]!, ranges[3 * axis + 2]!];
    const out: number[] = [];
    for (let done = 0; done < count;) {
      const place = Math.floor((start + done * step) / extent);
      out.push(place);
      done = Math.max(done + 1, Math.ceil(((place + 1) * extent - start) / step));
    }
    return out;
  });
  const index = lists.map(() => 0);
  for (;;) {
    yield index.map((k, axis) => lists[axis]![k]!);
    let axis = index.length - 1;
    while (axis >= 0 && ++index[axis]! === lists[axis]!.length) index[axis--] = 0;
    if (axis < 0) return;
  }
}
