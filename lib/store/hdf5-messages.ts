// What a process and its child say to each other about an HDF5 file that may attack its reader. The child may have been taken
// over: its answers are compared with what they must be.
import { PersistError, type ErrorCode } from "../errors.ts";
import type { Hdf5Attribute, Hdf5Dataset } from "../native.ts";
import { MAX_DIMENSIONS } from "../ndarray.ts";

/** How a child finds the file that it inherits. */
export const CHILD_FILE = "/proc/self/fd/3";

const LONGEST_MESSAGE = 4000;

/** Reads a dataset, or lists all where there is no name. */
export interface Request {
  readonly name?: string | undefined;
  readonly selection?: unknown;
  readonly memory_bytes: number;
  readonly cpu_s: number;
}

export interface Problem {
  readonly code: unknown;
  readonly message: unknown;
  readonly isMisuse?: boolean;
}

/** An attribute whose elements travel in base64. */
export type AttributeMessage = Omit<Hdf5Attribute, "bytes"> & { readonly base64?: string };

export type DatasetMessage = Omit<Hdf5Dataset, "problem"> & {
  readonly name?: string;
  readonly problem?: Problem;
  readonly attributes?: readonly AttributeMessage[];
};

/** The head of an answer; the bytes of `elements` follow it. */
export interface Answer {
  readonly problem?: Problem;
  readonly datasets?: readonly DatasetMessage[];
  readonly dataset?: DatasetMessage;
  readonly elements?: { readonly dtype: string; readonly shape: readonly number[] };
}

/** What a child calls an error, as an error about `file`. */
export function errorOf({ code, message, isMisuse }: Problem, file: string): Error {
  const text = (typeof message === "string" ? message : "")
    .slice(0, LONGEST_MESSAGE)
    .replaceAll(CHILD_FILE, () => file);
  if (isMisuse === true) return new RangeError(text);
  const isCode = typeof code === "string" && /^PERSIST_[A-Z_]{2,30}$/.test(code);
  return new PersistError(isCode ? (code as ErrorCode) : "PERSIST_CORRUPT", text, { file });
}

/** A dataset of an answer, with all of its fields as they must be. */
export function datasetOf(
  message: DatasetMessage,
  file: string,
): Hdf5Dataset & { name: string; attributes: Hdf5Attribute[] } {
  const {
    name = "",
    descr,
    isText,
    shape,
    inner,
    size_bytes,
    stored_bytes,
    offset,
    chunks,
    names,
    problem,
  } = message;
  const isGood =
    typeof name === "string" &&
    typeof descr === "string" &&
    typeof isText === "boolean" &&
    isShape(shape) &&
    isShape(inner) &&
    shape.length + inner.length <= MAX_DIMENSIONS &&
    [size_bytes, stored_bytes, offset ?? 0].every(isSize) &&
    isShape(chunks ?? []) &&
    (names ?? []).every(([key, value]) => typeof key === "string" && typeof value === "number");
  if (!isGood) throw babble(file);
  return {
    name,
    descr,
    isText,
    shape,
    inner,
    size_bytes,
    stored_bytes,
    ...(offset === undefined ? {} : { offset }),
    ...(chunks === undefined ? {} : { chunks }),
    ...(names === undefined ? {} : { names }),
    ...(problem === undefined ? {} : { problem: errorOf(problem, file) as PersistError }),
    attributes: (message.attributes ?? []).map((attribute) => attributeOf(attribute, file)),
  };
}

function attributeOf(message: AttributeMessage, file: string): Hdf5Attribute {
  const { name, shape, isNull, strings, descr, base64 } = message;
  const isGood =
    typeof name === "string" &&
    typeof isNull === "boolean" &&
    isShape(shape) &&
    (isNull ||
      (strings === undefined
        ? typeof descr === "string" && typeof base64 === "string"
        : areStrings(strings)));
  if (!isGood) throw babble(file);
  if (strings !== undefined) return { name, shape, isNull, strings };
  return {
    name,
    shape,
    isNull,
    descr: descr ?? "",
    bytes: new Uint8Array(Buffer.from(base64 ?? "", "base64")).buffer,
  };
}

/** An answer that no honest child gives. */
export function babble(file: string): PersistError {
  return new PersistError(
    "PERSIST_CORRUPT",
    `the process that read ${file} gave an answer that makes no sense`,
    { file },
  );
}

function isSize(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((extent) => typeof extent === "number" && extent >= 0);
}

function areStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
