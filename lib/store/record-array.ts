// Records (NumPy's structured types): an array of raw records, and its fields as arrays of their own.
import { dtype as lookUp, type DType, type TypedArray } from "../dtype.ts";
import { NDArray, asNDArray, bytesOf, sizeOf, type NDArrayFields, type Selection } from "../ndarray.ts";

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
  /** The fields of a record within the record, whose dtype is that of raw bytes. */
  readonly fields?: readonly RecordField[];
}

/** Columns of a table: each gives one field of every record. */
export type Columns = Readonly<Record<string, TypedArray | NDArrayFields>>;

const MOST_RECORD_BYTES = 2 ** 31 - 1;

/**
 * An array of records, as `readArray` gives it and {@link RecordArray.from} makes it: `data` are the raw bytes, its dtype is `Vn` for records of n bytes, and `field` gives
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
   * Makes records of columns, without padding, as NumPy's `rec.fromarrays`; the elements are copied. An n-dimensional column of more axes gives fields of a
   * shape, and a RecordArray records within the records.
   *
   * @param columns arrays that agree in their first axes
   * @param axes how many axes the records have (1)
   * @throws RangeError when the columns do not agree; TypeError for what is no array
   *
   * @example
   * await writeArray("table.h5#runs", RecordArray.from({ energy: new Float64Array(n), step: new Int32Array(n), x: { data, shape: [n, 3] } }));
   */
  static from(columns: Columns, axes: number = 1): RecordArray {
    const arrays = Object.entries(columns).map(([name, column]) => ({ name, array: asNDArray(column) }));
    const [first] = arrays;
    if (first === undefined || !Number.isInteger(axes) || axes < 0)
      throw new RangeError("records have at least one column, and an integer number of axes");
    const shape = first.array.shape.slice(0, axes);
    const fields: RecordField[] = [];
    let record_bytes = 0;
    for (const { name, array } of arrays) {
      const isAlike =
        array.shape.length >= axes && shape.every((extent, axis) => extent === array.shape[axis]);
      if (!isAlike || name === "")
        throw new RangeError(
          `column ${JSON.stringify(name)} has shape [${array.shape.join(", ")}], and [${shape.join(", ")}, …] is expected`,
        );
      const inner = array.shape.slice(axes);
      const within = array instanceof RecordArray ? { fields: array.fields } : {};
      const common = { name, dtype: array.dtype, shape: inner, offset_bytes: record_bytes, bigEndian: false };
      fields.push({ ...common, ...within });
      record_bytes += sizeOf(inner) * lookUp(array.dtype).itemsize_bytes;
    }
    if (record_bytes === 0 || record_bytes > MOST_RECORD_BYTES)
      throw new RangeError(`records of ${record_bytes} bytes cannot be made`);
    const data = new Uint8Array(sizeOf(shape) * record_bytes);
    for (const [k, { array }] of arrays.entries())
      place(bytesOf(array), data, fields[k]!.offset_bytes, record_bytes);
    return new RecordArray({ data, shape, dtype: `V${record_bytes}` }, fields);
  }

  /**
   * A field: the axes of the array, then those of the field itself. It shares memory where its elements can be used where they
   * lie; else (not aligned, or big-endian) it is a copy. Records within the records are a RecordArray.
   * @throws RangeError when there is no such field.
   */
  field(name: string): NDArray {
    const found = this.fields.find((one) => one.name === name);
    if (found === undefined) throw new RangeError(`there is no field ${JSON.stringify(name)}`);
    const array = viewOf(this, found) ?? copyOf(this, found);
    return found.fields === undefined
      ? array
      : new RecordArray(array as NDArrayFields<Uint8Array>, found.fields);
  }

  override slice(selection: Selection): RecordArray {
    return new RecordArray(super.slice(selection), this.fields);
  }
}

/** Puts the elements of a column into their places, one after the other in each record. */
function place(column: Uint8Array, into: Uint8Array, offset: number, record_bytes: number): void {
  const field_bytes = into.length === 0 ? 0 : (column.length * record_bytes) / into.length;
  for (let from = 0, to = offset; from < column.length; from += field_bytes, to += record_bytes)
    for (let k = 0; k < field_bytes; k++) into[to + k] = column[from + k]!;
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
  // where there are no records, the field's place would lie behind the end of the memory
  const isUsable = !bigEndian && records.size > 0 && itemsize_bytes > 0;
  if (!isUsable || record_bytes % itemsize_bytes !== 0 || start % width !== 0) return undefined;
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
