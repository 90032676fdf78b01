// What a caller may say about a reading.

import type { Limits } from "./limits.ts";
import type { Place } from "./source.ts";

/** A row of the array table: `[file, descr, shape]`, with `offset` and `deflated` where they apply; see docs/format.md. */
export type ArrayRow = readonly [
  file: string,
  descr: string,
  shape: readonly number[] | number,
  offset?: number,
  deflated?: number,
];

/** What the array table of a text says; see docs/format.md. With `only`, it has just the rows that are needed. */
export interface ArrayTable {
  readonly rows: Readonly<Record<string, ArrayRow>>;
  /** From a file that holds many arrays to its size in bytes and the CRC-32 of its head. */
  readonly heads: Readonly<Record<string, readonly [size_bytes: number, crc32: number]>>;
  /** From names to checksums, of those arrays that have one. */
  readonly sums: Readonly<Record<string, string>>;
}

export interface InterpretOptions {
  /** The file that the text comes from, put into errors. */
  file?: string | undefined;
  /** Gives the namespace of an allowed import, or throws UNTRUSTED_IMPORT. By default every import is refused. */
  resolveImport?: ((specifier: string, place: Place) => object) | undefined;
  /** Whether an imported thing may be called. `name` is its path in the module, such as `Grid` or `Account.Kind`. By default nothing is. */
  mayCall?: ((specifier: string, name: string, value: unknown) => boolean) | undefined;
  /** Gives the arrays of the array table by their names. Called once for each table. By default a text with a table is refused. */
  loadArrays?: ((table: ArrayTable, place: Place) => Record<string, unknown>) | undefined;
  /** Restores these exports and what they need, no more; a name that is not there is PERSIST_NOT_FOUND. */
  only?: readonly string[] | undefined;
  limits?: Partial<Limits> | undefined;
}
