// Turns numbers from big-endian to little-endian.

/** The bytes of each number of `width` (1, 2, 4 or 8) reversed, in place. */
export function swapped(buffer: ArrayBuffer, width: number): ArrayBuffer {
  const bytes = Buffer.from(buffer);
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
  return buffer;
}
