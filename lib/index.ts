/**
 * Archives JavaScript object graphs as importable ES modules, with large arrays beside them as npy or HDF5 files.
 *
 *     import { save, open } from "persist-archive";
 *     await save("out/run", { grid, psi });            // out/run/index.js, out/run/_arrays/psi.npy
 *     const { psi } = await open("out/run");           // runs no code, maps the arrays
 *     const run = await import("./out/run/index.js");  // an ordinary module
 *
 * @module
 */

export { Archive } from "./archive/archive.ts";
export { open } from "./archive/open.ts";
export type {
  OpenOptions,
  RestoreOptions,
  SaveOptions,
  SaveReport,
  StringifyOptions,
  TrustOptions,
} from "./archive/options.ts";
export { restore } from "./archive/restore.ts";
export { save } from "./archive/save.ts";
export { stringify } from "./archive/stringify.ts";
export type { Lock, LockMode, LockOptions } from "./disk/lock-file.ts";
export { lockFile, tryLockFile, type LockFileOptions } from "./disk/locks.ts";
export { DataSet, type DataSetEntry } from "./dataset/dataset.ts";
export type { DataSetOptions, GetOptions } from "./dataset/options.ts";
export type { Transaction } from "./dataset/transaction.ts";
export { Checkpoints, type Ticket } from "./checkpoints/checkpoints.ts";
export type { Latest, LatestOptions, OpenStepOptions, Skipped } from "./checkpoints/latest.ts";
export type { CheckpointsOptions, SaveStepOptions, TrajectoryOptions } from "./checkpoints/options.ts";
export type { Problem, Verification } from "./archive/verification.ts";
export { PersistError, isPersistError } from "./errors.ts";
export type { ErrorCode, ErrorDetails } from "./errors.ts";
export type { TypedArray } from "./dtype.ts";
export { NDArray } from "./ndarray.ts";
export type { Complex, Element, NDArrayFields, Selection } from "./ndarray.ts";
export { register } from "./represent/reference/registry.ts";
export { represent, type CodeTag, type Rule, type Template } from "./represent/template.ts";
export { ArrayFile } from "./store/array-file.ts";
export type { ArrayFileOptions } from "./store/array-file.ts";
export type { ArrayInfo } from "./store/array-format.ts";
export type { ArrayFileKind, PathOptions } from "./store/array-path.ts";
export { createArray, openArray } from "./store/create-array.ts";
export type { CreateArrayOptions, OpenArrayOptions } from "./store/create-array.ts";
export type { MappedArray } from "./store/mapped-array.ts";
export { listArrays, mapArray, readArray } from "./store/read-array.ts";
export { readArrays, type ReadArraysOptions } from "./store/read-arrays.ts";
export type { ListArraysOptions, MapArrayOptions, ReadArrayOptions } from "./store/read-array.ts";
export { RecordArray, type RecordField } from "./store/record-array.ts";
export type { Durability, Progress } from "./store/store.ts";
export { verify, type VerifyOptions } from "./verify/verify.ts";
export { writeArray } from "./store/write-array.ts";
export type { WriteArrayOptions } from "./store/write-array.ts";
export { writeArrays, type NamedArrays, type WriteArraysOptions } from "./store/write-arrays.ts";
