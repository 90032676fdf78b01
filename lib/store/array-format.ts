// What every format of array files is: the interface between the public functions, which check and choose, and the
// formats, which read and write. docs/architecture.md tells array files from the array stores of archives.
import type { NDArray, Selection } from "../ndarray.ts";
import type { PersistError } from "../errors.ts";
import type { Summed, SumOptions } from "./checksum.ts";
import type { MapMode } from "./extent.ts";
import type { JobOptions } from "./job.ts";
import type { MappedArray } from "./mapped-array.ts";
import type { RecordField } from "./record-array.ts";
import type { Durability } from "./store.ts";

/** What {@link listArrays} tells of an array, without reading its elements. */
export interface ArrayInfo {
  /** As it stands after the `#` of a path; empty in an npy file, which holds one array. */
  readonly name: string;
  /** NumPy's name of the element type; empty where `problem` says why there is none. */
  readonly dtype: string;
  /** Elements along each axis. */
  readonly shape: readonly number[];
  /** Bytes of the elements in memory. */
  readonly size_bytes: number;
  /** Bytes that they take in the file: less than `size_bytes` when compressed. */
  readonly stored_bytes: number;
  /** Whether `mapArray` can map it, rather than copy. */
  readonly mappable: boolean;
  /** The fields, where the elements are records. */
  readonly fields?: readonly RecordField[];
  /** Extents of a chunk, where the format has chunks. */
  readonly chunks?: readonly number[];
  /** Why this array cannot be read: Python objects, a damaged header. */
  readonly problem?: PersistError;
}

/** Options of {@link ArrayFormat.read}. */
export interface ReadOptions extends JobOptions {
  readonly selection: Selection | undefined;
  /** Map, copy-on-write, rather than copy; where the format cannot map this array it is copied. */
  readonly map: boolean;
  /** The file may be hostile beyond what checks in this process can catch. */
  readonly untrusted: boolean;
}

/** An array, and what it is called in a file of many. */
export interface NamedArray {
  readonly name: string;
  readonly array: NDArray;
}

/** Arrays of a file, each with its name at the same place in the other list. */
export interface ManyArrays {
  readonly names: readonly string[];
  readonly arrays: readonly NDArray[];
}

/** Options of {@link ArrayFormat.write}. */
export interface WriteArrayJob extends JobOptions, SumOptions {
  readonly durability: Durability;
  /** Of compression, 1 to 9; 0 for none. */
  readonly level: number;
  /** Those given to the call; the array's own are in the array. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
}

/** What {@link ArrayFormat.create} makes. */
export interface NewArray {
  readonly dtype: string;
  /** The first extent may be null: it begins at 0 and grows by `append`. */
  readonly shape: readonly (number | null)[];
  /** Extents of a chunk; undefined leaves the choice to the format. */
  readonly chunks: readonly number[] | undefined;
  /** Of compression, 1 to 9; 0 for none. */
  readonly level: number;
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
}

/** How an existing array is opened: `r` for reading, `r+` also for writing. */
export type OpenMode = "r" | "r+";

/**
 * An open array, as a format implements it. Calls come one at a time, with blocks of the array's own dtype in C order; the
 * caller sees to that, and to bounds.
 */
export interface OpenedArray {
  readonly dtype: string;
  /** As it is now: the first extent grows with `append`. */
  readonly shape: readonly number[];
  readonly attributes: Record<string, unknown>;
  /** Reads a part into fresh memory. */
  read(selection: Selection, job: JobOptions): Promise<NDArray>;
  /** Writes a block whose first element belongs at `start`, within the shape. */
  write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void>;
  /** Lengthens axis 0 by the block's first extent. Others see all of the new frames after the next `flush` or `close`; before, and if it fails, none. */
  append(block: NDArray, job: JobOptions): Promise<void>;
  /** Shortens axis 0, for good when it returns: what is cut off is gone, also after a crash. */
  truncate(frames: number): Promise<void>;
  /** Returns when everything written would survive a crash of the machine. Not called for an array opened for reading. */
  flush(): Promise<void>;
  /** Closes the file, after a flush where frames were appended since the last one; called once. */
  close(): Promise<void>;
}

/** A format of array files. A missing method means that the format has no such operation; `lacks` says why. */
export interface ArrayFormat {
  /** Reasons for the methods that are missing, for PERSIST_UNSUPPORTED. */
  readonly lacks: Partial<Record<"map" | "create" | "open", string>>;
  list(file: string, job: JobOptions & { readonly untrusted: boolean }): Promise<ArrayInfo[]>;
  read(file: string, name: string, options: ReadOptions): Promise<NDArray>;
  /** Reads the arrays of some names, in that order, or all, in the file's; in files of many arrays only. */
  readMany?(file: string, only: readonly string[] | undefined, options: ReadOptions): Promise<ManyArrays>;
  /**
   * Puts arrays into the file, each in the place of one of its name, keeping all others: atomically, by one rename. An npy file takes one. Gives
   * their checksums where asked.
   */
  write(file: string, arrays: readonly NamedArray[], job: WriteArrayJob): Promise<readonly Summed[]>;
  /** Maps synchronously, in constant time. */
  map?(file: string, name: string, mode: MapMode): MappedArray;
  /** Creates an array to be filled; one of that name must not exist yet. */
  create?(file: string, name: string, array: NewArray): Promise<OpenedArray>;
  open?(file: string, name: string, mode: OpenMode): Promise<OpenedArray>;
}
