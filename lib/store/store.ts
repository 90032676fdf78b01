// What every array store is: takes named arrays, writes them into files under a directory, and says in rows where
// each one lies. Rows are what the array table of an archive holds (docs/format.md). Stores never see graphs.

/** How far a write is known to have come when it resolves: on the disk, or only handed to the system. */
export type Durability = "full" | "process";

/** One array, as plain bytes. */
export interface ArrayToStore {
  /** Unique among the arrays of one write and safe as a file name; derived from the key path. */
  readonly name: string;
  /** NumPy's name of the element type. */
  readonly dtype: string;
  /** Elements along each axis; `[]` for a 0-dimensional array. */
  readonly shape: readonly number[];
  /** The elements in C order, little-endian. May view a part of a larger or shared buffer; must stay as it is until the write resolves. */
  readonly bytes: Uint8Array;
}

/**
 * Where an array lies: the file (relative, with `/`), its npy descriptor, its shape, and where its bytes begin in a file of many arrays. With
 * `deflated_bytes` a raw DEFLATE stream of that length begins there, which inflates to the elements, in an npz file behind a header of any length.
 */
export type TableRow = readonly [
  file: string,
  descr: string,
  shape: readonly number[],
  offset_bytes?: number,
  deflated_bytes?: number,
];

/** What tells whether a file of many arrays is still the one that was written: its size and the CRC-32 of its first min(size, 4096) bytes. */
export type FileHead = readonly [size_bytes: number, crc32: number];

/** What a write has left on the disk. */
export interface StoredArrays {
  /** From the array's name to its row. */
  readonly rows: Readonly<Record<string, TableRow>>;
  /** From a row's file to its head; only for files whose rows have offsets. */
  readonly heads: Readonly<Record<string, FileHead>>;
  /** Every file written, relative to the directory. */
  readonly files: readonly { readonly name: string; readonly size_bytes: number }[];
}

/** Progress of a long operation. */
export interface Progress {
  phase: string;
  done_bytes: number;
  total_bytes: number;
}

/** Options of {@link ArrayStore.write}. */
export interface WriteOptions {
  /** Deflates the arrays (false), where the store can. */
  readonly compress?: boolean | undefined;
  /** `full` also syncs the files and their directory. */
  readonly durability: Durability;
  /** Large files that are synced do not stay in the system's cache (false), where the store and the system can do that. */
  readonly uncached?: boolean | undefined;
  /** Aborts the write between two pieces of at most 8 MiB; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A way to lay arrays into files. */
export interface ArrayStore {
  /**
   * Writes arrays into new files `directory/prefix…`; a name that is taken gets a number, and nothing that exists is
   * ever overwritten. A directory in `prefix`, up to its last `/`, is created.
   *
   * When it fails or is aborted, none of its files remain.
   * @throws PersistError PERSIST_IO with syscall and errno; PERSIST_DETACHED when an array's buffer was detached or
   * shrunk meanwhile; PERSIST_UNSUPPORTED when the format cannot hold a dtype.
   */
  write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays>;
}
