// Turns numbers from big-endian to little-endian in place.

/** Reverses the bytes of each number of `width` bytes (2, 4 or 8) in memory that is not shared with a file. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) view.swap16();
  else if (width === 4) view.swap32();
  else if (width === 8) view.swap64();
}
