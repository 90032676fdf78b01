// The Plan: what an archive's text is made of, in the order in which it is written. It holds nothing of the caller's objects but primitives and the
// memory of arrays, so that it stays as it is while the program goes on. Emitters read it; they never see the graph.

import type { ArrayElements, Creation, Integrity, Reference } from "../represent/representation.ts";

/** A value in the plan: a primitive by itself, all else by its node. */
export type Operand = Primitive | PlanNode;

export type Primitive = undefined | null | boolean | number | string | bigint;

/** How a node is created: as its representation says, or by what the planner made of it. */
export type PlanCreation =
  | Exclude<Creation, { form: "view" } | { form: "ndarray" } | { form: "buffer" } | { form: "numbers" }>
  | Content
  /** A plain array of the numbers of an array that is stored. */
  | { readonly form: "list"; readonly slot: ArraySlot }
  /** A buffer, filled with its content where that is not all zeros. */
  | {
      readonly form: "buffer";
      readonly type: "ArrayBuffer" | "SharedArrayBuffer";
      readonly byteLength: number;
      readonly maxByteLength: number | undefined;
      readonly content: Content | undefined;
    }
  /** An n-dimensional array by its fields, because its data is shared. */
  | { readonly form: "fields"; readonly fields: readonly (readonly [string, Operand | readonly number[]])[] }
  /** Plain data as JSON text. */
  | { readonly form: "json"; readonly block: JsonBlock }
  /** A large array or object by its members: JSON text to be spread, and others by themselves. */
  | {
      readonly form: "members";
      readonly isArray: boolean;
      readonly members: readonly (JsonBlock | { readonly key: string | number; readonly value: Operand })[];
    }
  /** A row of a table of plain data. */
  | { readonly form: "row"; readonly table: PlanNode; readonly row: number };

/** The elements of an array: its numbers or bytes in the text, or a member of the array table. */
export type Content =
  | { readonly form: "inline"; readonly array: ArrayElements }
  | { readonly form: "stored"; readonly slot: ArraySlot };

/** Plain data as JSON, cut into pieces that an engine parses quickly. */
export interface JsonBlock {
  /** `value`: one text for the whole; `array` and `object`: some members, to be spread; `rows`: the rows of a table whose parts refer to each other. */
  readonly shape: "value" | "array" | "object" | "rows";
  /** Each is the expression of a string in UTF-8, quotes and all. */
  readonly pieces: readonly Uint8Array[];
  /** The key of `{"$": n}`, which stands for row n; only for rows that refer to each other. */
  readonly mark: string | undefined;
}

/** An array that goes to a file. */
export interface ArraySlot {
  /** Its name in the table, from its key path; safe as a file name. */
  readonly name: string;
  readonly array: ArrayElements;
}

export interface PlanNode {
  readonly kind: string;
  readonly create: PlanCreation;
  readonly prototype: Operand;
  readonly entries: readonly Operand[] | undefined;
  readonly keys: readonly (string | PlanNode)[];
  readonly values: readonly Operand[];
  readonly attributes: readonly number[] | undefined;
  readonly integrity: Integrity;
  /** Own properties that it is created with and has not. */
  readonly absent: readonly string[] | undefined;
  /** The name it is bound to; undefined when it is written in place. */
  name: string | undefined;
  /** What is left out when it is bound, and added by patches, because it is part of a cycle. */
  deferred: Deferred | undefined;
}

/** The parts of a shell that wait for the rest of its cycle. */
export interface Deferred {
  readonly elements: ReadonlySet<number>;
  readonly values: ReadonlySet<number>;
  /** Entries from this index on. */
  readonly entriesFrom: number;
  readonly prototype: boolean;
}

/** One statement, or what an emitter writes for it. */
export type Step =
  | { readonly op: "bind"; readonly node: PlanNode }
  | { readonly op: "element"; readonly node: PlanNode; readonly at: number }
  | { readonly op: "value"; readonly node: PlanNode; readonly at: number }
  | { readonly op: "entry"; readonly node: PlanNode; readonly at: number }
  | { readonly op: "prototype"; readonly node: PlanNode }
  | { readonly op: "delete"; readonly node: PlanNode; readonly key: string }
  | { readonly op: "integrity"; readonly node: PlanNode };

export interface Export {
  readonly name: string;
  /** The name to bind it to where its value has none of its own. */
  readonly local: string;
  readonly value: Operand;
}

/** An export of a module that the text imports, and the name it has there. */
export interface Import {
  readonly specifier: string | undefined;
  /** The module's absolute path, where no bare specifier reaches it. */
  readonly file: string | undefined;
  /** The export's name; `default` included. */
  readonly name: string;
  readonly local: string;
}

/** What tells imports apart: module and export. */
export function importKey({ specifier, file, path }: Reference): string {
  return `${specifier ?? file}\0${path[0]}`;
}

export interface Plan {
  readonly imports: readonly Import[];
  /** Bindings in dependency order, with the patches that close cycles among them. */
  readonly steps: readonly Step[];
  readonly arrays: readonly ArraySlot[];
  readonly exports: readonly Export[];
  /** Where each node with a name stands among many: undefined, or the name of the one table that holds them. */
  readonly table: string | undefined;
  /** Whether some plain data is written as JSON text. */
  readonly hasBlocks: boolean;
}
