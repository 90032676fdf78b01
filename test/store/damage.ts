// Small damages to the bytes of a file: flipped, overwritten with what parsers fear, cut, doubled, put in from elsewhere.

const FEARED = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const DIGITS = Buffer.from("0123456789(),'<>|=fiucbSUVOMm[]{} ");

/** A damaged copy. */
export function damage(bytes: Buffer, others: readonly Buffer[], random: () => number): Buffer {
  const below = (n: number): number => Math.floor(random() * n);
  // the ends of a zip file and the start of an npy file decide what becomes of the rest
  const place = (length: number): number =>
    random() < 0.4
      ? below(Math.min(length, 128))
      : random() < 0.5
        ? Math.max(0, length - 1 - below(160))
        : below(length);
  let out = Buffer.from(bytes);
  for (let count = 1 + below(4); count > 0 && out.length > 0; count--) {
    const at = place(out.length);
    const length = Math.min(1 + below(random() < 0.8 ? 8 : 400), out.length - at);
    const part = out.subarray(at, at + length);
    switch (below(8)) {
      case 0:
        out[at] = out[at]! ^ (1 << below(8));
        break;
      case 1: {
        const width = [1, 2, 4, 8][below(4)]!;
        if (at + width > out.length) break;
        const number = FEARED[below(FEARED.length)]!;
        out.writeUIntLE(number % 2 ** (8 * Math.min(width, 6)), at, Math.min(width, 6));
        break;
      }
      case 2:
        out[at] = DIGITS[below(DIGITS.length)]!;
        break;
      case 3:
        out = out.subarray(0, at);
        break;
      case 4:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
        break;
      case 5:
        out = Buffer.concat([out.subarray(0, at), part, out.subarray(at)]);
        break;
      case 6: {
        const other = others[below(others.length)]!;
        const from = below(other.length + 1);
        out = Buffer.concat([
          out.subarray(0, at),
          other.subarray(from, from + length),
          out.subarray(at + length),
        ]);
        break;
      }
      default:
        part.copy(out, place(out.length));
    }
  }
  return out;
}
