// Records (NumPy's structured types): an array of raw records, and its fields as arrays of their own.
import { dtype as lookUp, type DType } from "../dtype.ts";
import { NDArray, type NDArrayFields, type Selection } from "../ndarray.ts";

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  /** NumPy's name of its element type. */
  readonly dtype: string;
  /** Extents of the field itself; `[]` for one element. */
  readonly shape: readonly number[];
  /** Where it begins in a record. */
  readonly offset_bytes: number;
  /** Whether its numbers lie in the record most significant byte first; `field` turns them round. */
  readonly bigEndian: boolean;
}

/**
 * An array of records, as `readArray` gives it: `data` are the raw bytes, its dtype is `Vn` for records of n bytes, and `field` gives
 * the elements of a field.
 *
 * @example
 * const table = await readArray("table.npy");
 * if (table instanceof RecordArray) table.field("energy").get(3);
 */
export class RecordArray extends NDArray<Uint8Array> {
  readonly fields: readonly RecordField[];

  /** @internal */
  constructor(array: NDArrayFields<Uint8Array>, fields: readonly RecordField[]) {
    super(array);
    this.fields = fields;
  }

  /**
   * A field: the axes of the array, then those of the field itself. It shares memory where its elements can be used where they
   * lie; else (not aligned, or big-endian) it is a copy.
   * @throws RangeError when there is no such field.
   */
  field(name: string): NDArray {
    const found = this.fields.find((one) => one.name === name);
    if (found === undefined) throw new RangeError(`there is no field ${JSON.stringify(name)}`);
    return viewOf(this, found) ?? copyOf(this, found);
  }

  override slice(selection: Selection): RecordArray {
    return new RecordArray(super.slice(selection), this.fields);
  }
}

/** Undefined where the elements cannot be used where they lie. */
function viewOf(
  records: RecordArray,
  { dtype, shape, offset_bytes, bigEndian }: RecordField,
): NDArray | undefined {
  const type = lookUp(dtype);
  const { itemsize_bytes, Data } = type;
  const { itemsize_bytes: record_bytes } = lookUp(records.dtype);
  const { buffer, byteOffset, byteLength } = records.data;
  const start = byteOffset + offset_bytes;
  const width = Data.BYTES_PER_ELEMENT;
  if (bigEndian || itemsize_bytes === 0 || record_bytes % itemsize_bytes !== 0 || start % width !== 0)
    return undefined;
  const room_bytes = Math.max(byteLength - offset_bytes, 0);
  const data = new Data(buffer, start, Math.floor(room_bytes / width));
  const step = record_bytes / itemsize_bytes;
  return new NDArray({
    data,
    shape: [...records.shape, ...shape],
    stride: [...records.stride.map((stride) => stride * step), ...innerStride(shape)],
    offset: records.offset * step,
    dtype,
  });
}

function copyOf(records: RecordArray, { dtype, shape, offset_bytes, bigEndian }: RecordField): NDArray {
  const type = lookUp(dtype);
  const raw = records.contiguous();
  const { itemsize_bytes: record_bytes } = lookUp(records.dtype);
  const field_bytes = shape.reduce((size, extent) => size * extent, type.itemsize_bytes);
  const out = new Uint8Array(raw.size * field_bytes);
  for (let from = offset_bytes, to = 0; to < out.length; from += record_bytes, to += field_bytes)
    for (let k = 0; k < field_bytes; k++) out[to + k] = raw.data[from + k]!;
  if (bigEndian) swap(out, type);
  const data = new type.Data(out.buffer);
  return new NDArray({ data, shape: [...records.shape, ...shape], dtype });
}

function innerStride(shape: readonly number[]): number[] {
  const out: number[] = [];
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis]!, axis--) out[axis] = step;
  return out;
}

function swap(bytes: Uint8Array, { Data }: DType): void {
  const view = Buffer.from(bytes.buffer);
  if (Data.BYTES_PER_ELEMENT === 2) view.swap16();
  else if (Data.BYTES_PER_ELEMENT === 4) view.swap32();
  else if (Data.BYTES_PER_ELEMENT === 8) view.swap64();
}
