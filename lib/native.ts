// The addon: how it is found, and what it offers. Nothing else imports node-gyp-build.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { PersistError } from "./errors.ts";

/** What a running job shares with the worker that does it; made by {@link Addon.createControl}. */
export type Control = { readonly control: unique symbol };

/** A checksum under way; made by {@link Addon.createChecksum}. */
export type Checksum = { readonly checksum: unique symbol };

/** A mapped range of a file, made by {@link Addon.map}. Unmapped when neither it nor a buffer over it is left. */
export type MappingHandle = { readonly mapping: unique symbol };

/** The central directory of a zip file, made by {@link Addon.indexZip}. */
export type ZipIndex = { readonly zip: unique symbol };

/** Where the entries of a zip file lie that is written; made by {@link Addon.createZip}. */
export type ZipLayout = { readonly layout: unique symbol };

/** An entry of it. */
export interface ZipEntry {
  readonly name: string;
  readonly size_bytes: number;
  /** Bytes in the file where these are deflated. */
  readonly deflated_bytes?: number | undefined;
  /** Where the stream has several parts: they can be read one by one. */
  readonly parts?: StreamParts | undefined;
  /** Where its bytes begin; behind all others when absent. */
  readonly offset?: number;
}

/** Small arrays to be written one after the other: names of entries, npy headers, elements, and the bytes of both, which must not have changed since they were looked at. */
export interface ArraysToPack {
  readonly names: readonly string[];
  readonly heads: readonly Uint8Array[];
  readonly data: readonly Uint8Array[];
  readonly sizes: readonly number[];
}

/** A record of it, as it stands there. */
export interface ZipRecord {
  readonly bytes: Uint8Array;
  /** Of the local header. */
  readonly header_offset: number;
  /** Where the next one begins, or the directory; the same place again when two begin there. */
  readonly end: number;
}

/** A buffer over a part of a mapping. */
export interface View {
  readonly buffer: ArrayBuffer;
  /** Where the part begins in `buffer`: other than 0 only where the runtime needed a buffer laid over (Node 20, above 4 GiB). */
  readonly byteOffset: number;
}

/** An open file description for locks, made by {@link Addon.openLock}. */
export type LockHandle = { readonly lock: unique symbol };

/** A lock that is waited for, made by {@link Addon.waitForLock}. */
export type WaitHandle = { readonly wait: unique symbol };

/** One new file for {@link Addon.writeFiles}: `head` (copied) followed by `data` (handed to the kernel where it lies). */
export interface FileToWrite {
  readonly stem: string;
  readonly extension: string;
  readonly head: Uint8Array;
  readonly data: Uint8Array;
}

/** The parts of a DEFLATE stream: `part_bytes` of an array's elements in each, the first also what comes before them; and how long each is in the file. */
export interface StreamParts {
  readonly part_bytes: number;
  readonly stored_bytes: readonly number[];
}

/** What {@link Addon.readElements} is to read; made by lib/store/read-elements.ts. */
export interface ElementsToRead {
  /** Byte of the first element in the file, or in what the deflated stream inflates to. */
  readonly from: number;
  /** Byte of that element in the result. */
  readonly to: number;
  readonly itemsize: number;
  /** Reverse each so many bytes; 0 for none. */
  readonly swap: number;
  /** For each axis, the outermost first: how many, and the steps in the source and in the result, in bytes. Steps in the source are positive and descend. */
  readonly axes: readonly number[];
  /** Of the result, which the elements fill. */
  readonly size_bytes: number;
  /** The elements lie in a raw DEFLATE stream. `whole`: they are all that it has behind a header of `from` bytes, and its checksum, where there is one, is compared. */
  readonly deflated?: {
    readonly start: number;
    readonly stored_bytes: number;
    readonly size_bytes: number;
    readonly crc?: number;
    readonly whole: boolean;
    /** The parts that it was made in, if they are known, with the bytes before the elements. */
    readonly parts?: (StreamParts & { readonly head_bytes: number }) | undefined;
  };
  /** The CRC-32 of `head` and the elements, where all of them are read as they lie. */
  readonly sum?: { readonly head: Uint8Array; readonly crc: number };
}

/** What {@link Addon.readChunks} is to read. */
export interface ChunksToRead {
  /** Extents of a chunk. */
  readonly chunks: readonly number[];
  /** Of each filter its number and parameters, in the order in which they were applied. */
  readonly filters: readonly (readonly number[])[];
  readonly itemsize: number;
  /** Start, step (1 or more) and count (1 or more) for each axis. */
  readonly ranges: readonly number[];
  /** Of each chunk that the ranges touch, in C order: where it is stored, how many bytes (0: never written, zeros), the mask of filters left out. */
  readonly places: Float64Array;
}

/** What {@link Addon.writeChunks} is to compress: an array in C order, with elements. */
export interface ArrayToPack {
  readonly shape: readonly number[];
  /** Extents of a chunk. */
  readonly chunks: readonly number[];
  readonly itemsize: number;
  /** 1 to 9, the slowest. */
  readonly level: number;
  readonly data: Uint8Array;
  /** Whether the bytes of elements are sorted by significance first. */
  readonly shuffle: boolean;
}

/** A dataset for {@link Addon.createHdf5}: in one piece, or with chunks. */
export interface DatasetToCreate {
  /** A path in the file; groups on the way are made. */
  readonly name: string;
  /** npy's descriptor, little-endian. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly attributes?: readonly Hdf5Attribute[];
  /** Names of values, which make an integer type an enumeration. */
  readonly names?: readonly (readonly [name: string, value: number])[];
  readonly chunks?: NewChunks;
  /** Of records, whose `descr` is that of raw bytes. */
  readonly fields?: readonly FieldToCreate[];
  /** The elements of a little dataset in one piece (copied), which is then written at once. */
  readonly content?: Uint8Array;
}

/** A field of a record: little-endian, as npy describes it. */
export interface FieldToCreate {
  readonly name: string;
  readonly descr: string;
  /** Of the field itself. */
  readonly shape: readonly number[];
  readonly offset: number;
  /** Of a record within. */
  readonly fields?: readonly FieldToCreate[];
}

/** How a new dataset is laid into chunks. */
export interface NewChunks {
  readonly extents: readonly number[];
  /** Whether axis 0 has no limit. */
  readonly grows: boolean;
  /** gzip's, 1 to 9; 0 for none. */
  readonly level: number;
  readonly shuffle: boolean;
}

/** What is known of a dataset of an HDF5 file. */
export interface Hdf5Dataset {
  /** npy's descriptor of an element, a list of fields for records; empty for text, and where `problem` comes first. */
  readonly descr: string;
  /** Whether the elements are strings of variable length: they are read as `Un`, as wide as the longest. */
  readonly isText: boolean;
  /** Extents along the dataset's own axes. */
  readonly shape: readonly number[];
  /** Axes of an array type, which follow them. */
  readonly inner: readonly number[];
  /** Bytes of all elements in memory; 0 for text. */
  readonly size_bytes: number;
  readonly stored_bytes: number;
  /** Where the elements begin in the file, if they lie there in one piece, as they are. */
  readonly offset?: number;
  /** Where its object header begins. */
  readonly header?: number;
  readonly chunks?: readonly number[];
  /** With chunks: number and parameters of each filter. */
  readonly filters?: readonly (readonly number[])[];
  /** With chunks: whether those that were never written are full of something else than zeros. */
  readonly hasFill?: boolean;
  /** Names of values, in an enumeration. */
  readonly names?: readonly (readonly [name: string, value: number])[];
  /** Why it cannot be read. */
  readonly problem?: PersistError;
}

/** An attribute: strings, or elements of a type. */
export interface Hdf5Attribute {
  readonly name: string;
  readonly shape: readonly number[];
  /** h5py's Empty: a type and nothing else. */
  readonly isNull: boolean;
  readonly strings?: readonly string[];
  readonly descr?: string;
  readonly bytes?: ArrayBuffer;
}

/** A dataset that is open, made by {@link Addon.openHdf5}. */
export type Hdf5Handle = { readonly hdf5: unique symbol };

/** What the library has read of a dataset: `characters` is n of `Un` for text. */
export interface Hdf5Elements {
  readonly buffer: ArrayBuffer;
  readonly characters: number;
}

/** What {@link Addon.openHdf5} gives. */
export interface OpenHdf5Dataset extends Hdf5Dataset {
  readonly handle: Hdf5Handle;
  /** Of the file, open for reading until the handle is closed. */
  readonly fd: number;
  readonly header: number;
  readonly attributes: readonly Hdf5Attribute[];
}

/** What {@link Addon.describeHdf5} gives. */
export interface ManyHdf5Datasets extends Pick<OpenHdf5Dataset, "handle" | "fd"> {
  readonly count: number;
  readonly datasets: { readonly described: unique symbol };
}

/** One of them. */
export type NamedHdf5Dataset = Omit<OpenHdf5Dataset, "handle" | "fd"> & { readonly name: string };

/** The syscalls that pass through the addon's table, by the names that {@link Fault} uses. */
export type Syscall =
  | "openat"
  | "set_flags"
  | "read_memory"
  | "pwritev"
  | "pread"
  | "ftruncate"
  | "fallocate"
  | "fdatasync"
  | "fsync"
  | "sync_file_range"
  | "mmap"
  | "memfd_create"
  | "copy_file_range"
  | "fstat"
  | "unlinkat"
  | "renameat"
  | "lock";

/** A failure planned for the `at`-th call (from 1) of a syscall. */
export interface Fault {
  readonly call: Syscall | "any";
  readonly at: number;
  /** `fail`: return `errno`; `short`: do half of it; `kill`: SIGKILL before it; `torn`: do half of it, then SIGKILL. */
  readonly how: "fail" | "short" | "kill" | "torn";
  readonly errno?: number;
}

/** The addon's functions. Paths are absolute or relative to the working directory; failures are PersistErrors. */
export interface Addon {
  /** Opens a regular file, also through a link. A FIFO does not hang it. Throws NOT_FOUND, NOT_REGULAR_FILE, IO. */
  openRegular(file: string, writable: boolean): number;
  /** Closes what this addon has opened. */
  closeFile(fd: number): void;
  /** Reads the start of an open file into `into`; gives how long the file is, and how many bytes were read. */
  readStart(fd: number, into: Uint8Array, file: string): [fileSize_bytes: number, got: number];
  /** Opens a regular file beneath a directory, following no link on the way. Throws PATH_ESCAPE, SYMLINK, NOT_REGULAR_FILE, NOT_FOUND, IO. */
  openBeneath(directory: string, file: string, writable: boolean): number;
  /**
   * Maps `length` bytes (at least 1, all within the file) at `offset` of an open file: copy-on-write, or shared with the
   * file, which must then be open for writing. `file` is for messages. The descriptor may be closed afterwards.
   */
  map(fd: number, offset: number, length: number, shared: boolean, file: string): MappingHandle;
  /** A buffer over a part of a mapping. Throws CLOSED after {@link Addon.unmap}. */
  view(mapping: MappingHandle, start: number, length: number): View;
  /** Throws TRUNCATED when the file was found cut short under the mapping: its missing pages read as zeros from then on. */
  checkWhole(mapping: MappingHandle): void;
  /**
   * Detaches every buffer over a mapping and gives its memory back; does nothing the second time. Throws TRUNCATED, after
   * that, when the file was found cut short.
   */
  unmap(mapping: MappingHandle): void;
  /**
   * Creates files in a directory, each under a name that was free (`stem.ext`, `stem-2.ext`, …), and gives the names.
   * On failure none remains. `uncached`: large durable ones do not stay in the system's cache, where the system can do that.
   */
  writeFiles(
    directory: string,
    files: readonly FileToWrite[],
    durable: boolean,
    uncached: boolean,
    control: Control | undefined,
  ): Promise<string[]>;
  /** The same at once, on this thread: for small files that need no sync. */
  writeFilesSync(directory: string, files: readonly FileToWrite[]): string[];
  /**
   * Writes one file that nothing must have the name of; `durable` syncs it, not its directory. On failure it does not remain.
   */
  writeNew(
    path: string,
    content: readonly [Pick<FileToWrite, "head" | "data">],
    durable: boolean,
    control: Control | undefined,
  ): Promise<void>;
  /**
   * Writes a small file under a temporary name and renames it over `name`, on a worker; `head` and `data` are copied before that. On failure the
   * old file stays and no temporary remains; DURABILITY_UNKNOWN when only the directory's sync failed.
   */
  replaceFile(
    directory: string,
    temporary: string,
    name: string,
    head: Uint8Array,
    data: Uint8Array,
    durable: boolean,
    control: Control | undefined,
  ): Promise<void>;
  /** The same without syncs, at once, on this thread. */
  replaceFileSync(
    directory: string,
    temporary: string,
    name: string,
    head: Uint8Array,
    data: Uint8Array,
  ): void;
  /** Renames a temporary, written and synced, over `name`; syncs the directory when `durable`. A temporary that it cannot rename stays. */
  commitFile(
    directory: string,
    temporary: string,
    name: string,
    durable: boolean,
    control: Control | undefined,
  ): Promise<void>;
  /** The same without a sync, at once, on this thread. */
  commitFileSync(directory: string, temporary: string, name: string): void;
  /** Writes byte ranges into an existing file made by this process. Does not remove it on failure. */
  writeRanges(
    path: string,
    ranges: readonly { offset: number; data: Uint8Array }[],
    durable: boolean,
    control: Control | undefined,
  ): Promise<void>;
  /** The same in an open file, whose descriptor stays open until then. With no ranges, and `durable`, it only syncs. */
  writeOpenRanges(
    fd: number,
    file: string,
    ranges: readonly { offset: number; data: Uint8Array }[],
    durable: boolean,
    control: Control | undefined,
  ): Promise<void>;
  /** Reads elements into fresh memory, on a worker; `fd` stays open until then. Throws TRUNCATED, FORMAT, CORRUPT, IO. */
  readElements(
    fd: number,
    request: ElementsToRead,
    file: string,
    control: Control | undefined,
  ): Promise<ArrayBuffer>;
  /** The same at once, on this thread: for little that lies in few places. */
  readElementsSync(fd: number, request: ElementsToRead, file: string): ArrayBuffer;
  /** What a raw DEFLATE stream in a file inflates to: its first `wanted` bytes, or fewer where it ends. */
  inflateStart(fd: number, start: number, stored_bytes: number, wanted: number, file: string): Buffer;
  /**
   * Reads the central directory of a zip file, `count` records from `start` on. Nothing may follow them, and no local header may begin behind `start`. Throws FORMAT,
   * TRUNCATED, IO.
   */
  indexZip(fd: number, start: number, size_bytes: number, count: number, file: string): ZipIndex;
  /** Gives its memory back; nothing may be asked of it then. */
  closeZip(index: ZipIndex): void;
  /** The names of all entries, in the order of the directory, each once. */
  zipNames(index: ZipIndex): string[];
  /** The record of a name; undefined where there is none. Throws FORMAT where two have it. */
  zipRecord(index: ZipIndex, name: string): ZipRecord | undefined;
  /**
   * Which of the names there are (their positions), and their entries, both in the order in which these lie in the file. Without names, of all. Throws
   * FORMAT where two have a name that is asked for.
   */
  orderZip(
    index: ZipIndex,
    names: readonly string[] | undefined,
  ): { positions: Uint32Array; entries: Uint32Array };
  /**
   * Reads a piece of the file with entries of up to `most_bytes`: that at `from` in the list, and those close behind it. Of each four numbers: where it begins in the piece, the bytes
   * of its npy header, all its bytes, and whether (1) that header is like the one before. The list ends before the first entry that is not stored in plain order, its
   * checksum included: it may be empty, and always is without the addon. Throws TRUNCATED, IO.
   */
  readLittle(
    fd: number,
    index: ZipIndex,
    entries: Uint32Array,
    from: number,
    most_bytes: number,
    piece: Uint8Array,
  ): Uint32Array;
  /** Fills a buffer with the elements of each entry of such a list; where there is none, that entry is left out. */
  takeLittle(piece: Uint8Array, places: Uint32Array, buffers: readonly (ArrayBuffer | undefined)[]): void;
  /** Begins the layout of a new zip file: its records, with zip64 where a number needs it. */
  createZip(): ZipLayout;
  /** Adds an entry, and gives where its bytes begin: where nothing is said, the first multiple of 64. Throws LIMIT for a name of more than 65,535 bytes. */
  addToZip(zip: ZipLayout, entry: ZipEntry, crc: number): number;
  /** How long the local header is of an entry, without padding. */
  zipHeaderBytes(name: string, size_bytes: number): number;
  /** Says the CRC-32s of entries from the first-th on. */
  sumInZip(zip: ZipLayout, first: number, crcs: readonly number[]): void;
  /**
   * Copies small arrays from the `from`-th to before `end` into a block of memory, with their local headers, as many as fit, and adds their entries. Gives how many, where the block belongs in
   * the file, and how much of it is used. Throws DETACHED, LIMIT.
   */
  packIntoZip(
    zip: ZipLayout,
    arrays: ArraysToPack,
    from: number,
    end: number,
    block: Uint8Array,
    file: string,
  ): [taken: number, offset: number, used_bytes: number];
  /** Behind the last entry. */
  zipEnd(zip: ZipLayout): number;
  /** Where the bytes of each entry begin, and how many they are in the file, from the first-th on. */
  zipPlaces(zip: ZipLayout, first: number): Float64Array;
  /** What is yet to be written: the local headers of what `addToZip` has added, and the directory. */
  zipRecords(zip: ZipLayout): { offset: number; data: Uint8Array }[];
  /** Writes members of a zip file into an existing file made by this process, each as it is, and gives their CRC-32s. */
  writeStored(
    path: string,
    members: readonly { offset: number; head: Uint8Array; data: Uint8Array }[],
    control: Control | undefined,
  ): Promise<number[]>;
  /** The same deflated, with zlib's checksum as well, on all cores, one after the other from `offset` on, each behind `lead_bytes` for its header. */
  writeDeflated(
    path: string,
    offset: number,
    members: readonly { lead_bytes: number; head: Uint8Array; data: Uint8Array }[],
    control: Control | undefined,
  ): Promise<
    { offset: number; stored_bytes: number; crc: number; adler: number; parts: StreamParts | undefined }[]
  >;
  /** Copies ranges of an open file (`from` is for messages) into an existing file made by this process. */
  copyRanges(
    fd: number,
    from: string,
    to: string,
    ranges: readonly { from: number; to: number; size_bytes: number }[],
    control: Control | undefined,
  ): Promise<void>;
  /** The CRC-32 of each range of a file. */
  checksumRanges(
    path: string,
    ranges: readonly { offset: number; size_bytes: number }[],
    control: Control | undefined,
  ): Promise<number[]>;
  /** Memory to be filled by copies: large pieces in huge pages where the system has them, which cost a fraction to touch. Throws LIMIT. */
  newBuffer(size_bytes: number): ArrayBuffer;
  /** Copies bytes at once, past the processor's caches: pieces of a few MiB, or the event loop waits. They must not overlap. */
  copyBytes(into: Uint8Array, from: Uint8Array): void;
  /** Begins an XXH3-128 of bytes that come in pieces. */
  createChecksum(): Checksum;
  /** Adds bytes, at once: pieces of a few MiB, or the event loop waits. */
  updateChecksum(checksum: Checksum, bytes: Uint8Array): void;
  /** 32 hexadecimal digits for the bytes so far. */
  checksumDigest(checksum: Checksum): string;
  /** The XXH3-128 of memory, on a worker: for memory of this library alone, which nobody can transfer or resize meanwhile. */
  checksumMemory(bytes: Uint8Array, control: Control | undefined): Promise<string>;
  /** The same of memory of the caller's, which is copied by the kernel before it is read; `path` is for messages. Throws DETACHED. */
  checksumBorrowed(bytes: Uint8Array, path: string, control: Control | undefined): Promise<string>;
  /**
   * Creates an HDF5 file (which must not exist) with empty datasets; gives where the bytes of each begin, or with chunks its
   * object header. In a file that `exists` they are added, in the place of those of their names; if that fails the file is of no use.
   */
  createHdf5(
    path: string,
    datasets: readonly DatasetToCreate[],
    exists: boolean,
    control: Control | undefined,
  ): Promise<number[]>;
  /**
   * Opens a lock file, and makes it where it is missing; for reading only where it cannot be written. `identity` is its device and inode. Throws SYMLINK,
   * NOT_REGULAR_FILE, NOT_FOUND, IO.
   */
  openLock(path: string): { handle: LockHandle; identity: string };
  /**
   * Locks the byte `at` if that needs no wait, passing the byte `gate` on the way. Throws LOCKS_UNAVAILABLE, READ_ONLY, CORRUPT when the file has lost its name.
   */
  tryLock(handle: LockHandle, at: number, gate: number | undefined, exclusive: boolean): boolean;
  /** The same, and waits in a thread of its own. `held` tells false after {@link Addon.cancelWait}, unless the lock came first. */
  waitForLock(
    handle: LockHandle,
    at: number,
    gate: number | undefined,
    exclusive: boolean,
  ): { wait: WaitHandle; held: Promise<boolean> };
  cancelWait(wait: WaitHandle): void;
  unlock(handle: LockHandle, at: number): void;
  /** Drops what the description holds. */
  closeLock(handle: LockHandle): void;
  /** Who is in the way of such a lock: `pid` is 0 where the system does not tell, which is so for all locks of this kind. */
  lockHolder(
    handle: LockHandle,
    at: number,
    gate: number | undefined,
    exclusive: boolean,
  ): { exclusive: boolean; pid: number };
  /** Writes a line for people into a lock file (1 to 3, at most 127 bytes), unless the file has other content. Failure does no harm. */
  writeLockNote(handle: LockHandle, line: number, text: string): void;
  /** Such a line, or an empty text. */
  readLockNote(handle: LockHandle, line: number): string;
  /** Opens a dataset of an HDF5 file for reading. Throws NOT_FOUND, NOT_REGULAR_FILE, FORMAT, TRUNCATED, UNSUPPORTED, IO. */
  openHdf5(path: string, name: string): Promise<OpenHdf5Dataset>;
  /** The same while this thread waits: before all other HDF5 jobs, and between two pieces of a long one. */
  openHdf5Sync(path: string, name: string): OpenHdf5Dataset;
  /**
   * Reads a selection in C order, little-endian but for records: start, step (1 or more) and count for each of the dataset's own
   * axes. Throws CORRUPT, FORMAT, UNSUPPORTED, LIMIT, IO.
   */
  readHdf5(
    handle: Hdf5Handle,
    ranges: readonly number[],
    control: Control | undefined,
  ): Promise<Hdf5Elements>;
  /** Reads a selection of an array in chunks that are where the caller says; `fd` stays open until then. Throws TRUNCATED, CORRUPT, IO. */
  readChunks(
    fd: number,
    request: ChunksToRead,
    file: string,
    control: Control | undefined,
  ): Promise<ArrayBuffer>;
  /** Of each array, whether gzip makes it smaller when the bytes of its elements are shuffled; `path` is for messages. Throws DETACHED. */
  shuffleHelps(arrays: readonly ArrayToPack[], path: string): Promise<boolean[]>;
  /**
   * Compresses arrays into an open file, whose descriptor stays open until then, chunk after chunk from `offset` on; the chunks of each on all cores. Gives of each chunk, of
   * array after array in C order, its place, its stored bytes and the mask of filters left out. Throws DETACHED, IO.
   */
  writeChunks(
    arrays: readonly ArrayToPack[],
    fd: number,
    path: string,
    offset: number,
    control: Control | undefined,
  ): Promise<Float64Array>;
  /** Closes the file when its last job has ended; does nothing the second time. */
  closeHdf5(handle: Hdf5Handle): void;
  /** Every dataset of an HDF5 file, by every name that a group has for it. */
  listHdf5(path: string, control: Control | undefined): Promise<(Hdf5Dataset & { name: string })[]>;
  /**
   * Describes the datasets of some names, or every one as {@link Addon.listHdf5} does, with their attributes, in a file that stays open until the handle is
   * closed. What is wrong with one of them is its `problem`.
   */
  describeHdf5(
    path: string,
    names: readonly string[] | undefined,
    control: Control | undefined,
  ): Promise<ManyHdf5Datasets>;
  /** Some of those, by their numbers from `from` to before `to`: thousands at once would take long. */
  describedHdf5(datasets: ManyHdf5Datasets["datasets"], from: number, to: number): NamedHdf5Dataset[];
  /** Reads the whole of some of those, in one job. Throws for the first that cannot be read, as {@link Addon.readHdf5}. */
  readDescribed(
    handle: Hdf5Handle,
    datasets: ManyHdf5Datasets["datasets"],
    numbers: readonly number[],
    control: Control | undefined,
  ): Promise<Hdf5Elements[]>;
  /** Limits this process from now on: so much more memory and CPU time, no longer files, no core. For a child that reads what may attack it. */
  limitProcess(memory_bytes: number, cpu_s: number): void;
  createControl(onProgress: ((done_bytes: number) => void) | undefined): Control;
  /** Stops the job at its next piece; its promise rejects with code PERSIST_CLOSED. */
  abort(control: Control): void;
  /** Facts about the HDF5 library inside. */
  hdf5Version(): string;
  /** Mappings alive in this process. */
  liveMappings(): number;
  /** Plans failures of syscalls (tests only); an empty list ends them. Gives the number of calls since the last plan. */
  plan(faults: readonly Fault[]): number;
}

/** What of the addon is needed to read archives, npy and npz files; Node alone can do it as well (lib/store/portable/). */
export type Reader = Pick<
  Addon,
  | "openBeneath"
  | "openRegular"
  | "readStart"
  | "readElements"
  | "readElementsSync"
  | "inflateStart"
  | "indexZip"
  | "closeZip"
  | "zipNames"
  | "zipRecord"
  | "orderZip"
  | "readLittle"
  | "takeLittle"
  | "createControl"
  | "abort"
>;

const root: string = fileURLToPath(new URL("..", import.meta.url));

/** Up to here memory comes from what was freed before, and zeros would have to be written into it. */
const RECYCLED_BYTES = 32 * 2 ** 20;

/** Memory for a result. Other than Node-API, which ends the process where there is not enough, this throws. */
function newBuffer(size_bytes: number, unfilled: boolean): ArrayBuffer {
  try {
    if (!unfilled || size_bytes === 0 || size_bytes > RECYCLED_BYTES) return new ArrayBuffer(size_bytes);
    return Buffer.allocUnsafeSlow(size_bytes).buffer;
  } catch (cause) {
    throw new PersistError("PERSIST_LIMIT", `${size_bytes} bytes of memory were not to be had`, { cause });
  }
}

let loaded: Addon | undefined;
/** Why there is none; it is looked for once. */
let failure: unknown;

/** The addon, loaded when it is first asked for; undefined where there is none that fits this machine. */
export function addonIfThere(): Addon | undefined {
  if (loaded === undefined && failure === undefined) {
    try {
      loaded = load();
    } catch (cause) {
      failure = cause;
    }
  }
  return loaded;
}

/**
 * The addon, for what cannot be done without it.
 * @throws PersistError PERSIST_NO_ADDON, with the loader's words as its cause; PERSIST_UNSUPPORTED on Windows, for which there is no addon.
 */
export function native(): Addon {
  const addon = addonIfThere();
  if (addon !== undefined) return addon;
  const without =
    "archives, npy and npz files can be read without it; to write, to lock and for HDF5 files it is needed";
  if (process.platform === "win32")
    throw new PersistError("PERSIST_UNSUPPORTED", `there is no native addon for Windows: ${without}`, {
      cause: failure,
    });
  const file = `${root}build/Release/persist_archive.node`;
  throw new PersistError(
    "PERSIST_NO_ADDON",
    `no native addon was found for ${process.platform}-${process.arch}, or it did not load: ${without}. Looked for ${file} and in ${root}prebuilds; docs/platforms.md tells how to build one`,
    { cause: failure, file },
  );
}

function load(): Addon {
  // By require, when the addon is needed: as an import it would be loaded for those who only read text, too.
  const nodeGypBuild = createRequire(import.meta.url)("node-gyp-build") as (directory: string) => unknown;
  const addon = nodeGypBuild(root) as Addon & {
    initialize(errors: typeof PersistError, buffers: typeof newBuffer): void;
  };
  addon.initialize(PersistError, newBuffer);
  return addon;
}
