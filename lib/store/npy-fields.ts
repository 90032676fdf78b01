// The fields of records in an npy header: a list of (name, type) and (name, type, shape).
import { dtype as lookUp, parseDescr } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { sizeOf } from "../ndarray.ts";
import type { PythonLiteral } from "./python-literal.ts";
import type { RecordField } from "./record-array.ts";

/** Records within records, so many. */
const DEEPEST = 16;

/** The fields, and how long a record is. */
export interface Fields {
  readonly fields: readonly RecordField[];
  readonly itemsize_bytes: number;
}

/**
 * Reads a list of fields. What has no name is padding.
 * @throws PersistError PERSIST_FORMAT; PERSIST_UNSUPPORTED for Python objects; PERSIST_LIMIT, also for deep nesting.
 */
export function parseFields(items: readonly PythonLiteral[], file: string, depth: number = 0): Fields {
  if (depth > DEEPEST)
    throw new PersistError("PERSIST_LIMIT", `${file} has records nested more than ${DEEPEST} deep`, { file });
  const bad = (what: string): PersistError =>
    new PersistError("PERSIST_FORMAT", `the header of ${file} has a field ${what}`, { file });
  const fields: RecordField[] = [];
  const names = new Set<string>();
  let offset_bytes = 0;
  for (const item of items) {
    if (
      typeof item !== "object" ||
      item === null ||
      item.kind !== "tuple" ||
      item.items.length < 2 ||
      item.items.length > 3
    )
      throw bad("that is not (name, type) or (name, type, shape)");
    const [label, descr, extents] = item.items;
    const name = nameOf(label!);
    if (name === undefined) throw bad("whose name is not a string");
    const shape = extents === undefined ? [] : shapeOf(extents);
    if (shape === undefined) throw bad("whose shape is not a tuple of integers");
    const isRecord = typeof descr === "object" && descr !== null && descr.kind === "list";
    const within = isRecord ? parseFields(descr.items, file, depth + 1) : undefined;
    if (within === undefined && typeof descr !== "string") throw bad("whose type is not a string");
    const { dtype, bigEndian } = within
      ? { dtype: lookUp(`V${within.itemsize_bytes}`), bigEndian: false }
      : typeOf(descr as string, file);
    if (name !== "") {
      if (names.has(name)) throw bad(`${JSON.stringify(name)} for the second time`);
      names.add(name);
      const field = { name, dtype: dtype.name, shape, offset_bytes, bigEndian };
      fields.push(within === undefined ? field : { ...field, fields: within.fields });
    }
    offset_bytes += sizeOf(shape) * dtype.itemsize_bytes;
    if (!(offset_bytes < 2 ** 31))
      throw new PersistError("PERSIST_LIMIT", `${file} has records of 2 GiB or more`, { file });
  }
  if (offset_bytes === 0) throw bad("list without a byte");
  return { fields, itemsize_bytes: offset_bytes };
}

/**
 * The list of fields as it stands in a header, with padding where a record has gaps.
 * @throws PersistError PERSIST_UNSUPPORTED for names beyond Latin-1, and for fields that overlap or do not come in order.
 */
export function fieldsText(fields: readonly RecordField[], itemsize_bytes: number): string {
  const cannot = (what: string): PersistError =>
    new PersistError("PERSIST_UNSUPPORTED", `records with ${what} cannot be written to npy files`);
  const parts: string[] = [];
  let at = 0;
  const pad = (to: number): void => {
    if (to > at) parts.push(`('', '|V${to - at}')`);
    at = to;
  };
  for (const { name, dtype, shape, offset_bytes, bigEndian, fields: within } of fields) {
    if (offset_bytes < at) throw cannot("fields out of order");
    if (!/^[ -~\xa1-\xff]+$/u.test(name)) throw cannot(`a field called ${JSON.stringify(name)}`);
    pad(offset_bytes);
    const { descr, itemsize_bytes: size } = lookUp(dtype);
    const type = within ? fieldsText(within, size) : `'${bigEndian ? descr.replace("<", ">") : descr}'`;
    const quoted = `'${name.replace(/[\\']/g, "\\$&")}'`;
    const tail = shape.length === 0 ? "" : `, (${shape.map((extent) => `${extent},`).join(" ")})`;
    parts.push(`(${quoted}, ${type}${tail})`);
    at += sizeOf(shape) * size;
  }
  pad(itemsize_bytes);
  return `[${parts.join(", ")}]`;
}

/** A name, or the second of (title, name). */
function nameOf(label: PythonLiteral): string | undefined {
  if (typeof label === "string") return label;
  const name =
    typeof label === "object" && label !== null && label.kind === "tuple" ? label.items[1] : undefined;
  return typeof name === "string" ? name : undefined;
}

function shapeOf(extents: PythonLiteral): number[] | undefined {
  const items =
    typeof extents === "object" && extents !== null && extents.kind === "tuple" ? extents.items : [extents];
  const isShape = items.every(
    (extent) => typeof extent === "number" && Number.isSafeInteger(extent) && extent >= 0,
  );
  return isShape &&
    items.length <= 32 &&
    items.reduce<number>((n, k) => n * Math.max(k as number, 1), 1) < 2 ** 31
    ? (items as number[])
    : undefined;
}

function typeOf(descr: string, file: string): ReturnType<typeof parseDescr> {
  try {
    return parseDescr(descr);
  } catch (error) {
    if (!(error instanceof PersistError)) throw error;
    throw new PersistError(error.code, `${file}: ${error.message}`, { file, cause: error });
  }
}
