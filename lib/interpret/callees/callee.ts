// What an allowed call is: its arguments and the checks that all callees share. A callee does natively what the engine would do, for arguments
// where that runs no code of theirs, and refuses all others.

import { isInteger, isObject, toText } from "../natives.ts";
import { toKey } from "../members.ts";
import type { Reader } from "../reader.ts";

export type Callee = (call: Call) => unknown;

/** How a callee may be called: with `new`, without, or both. */
export interface Entry {
  readonly mode: "new" | "call" | "either";
  readonly run: Callee;
}

export type Entries = Readonly<Record<string, Entry>>;

export class Call {
  readonly reader: Reader;
  readonly args: unknown[];
  readonly isNew: boolean;
  /** Where the call stands in the text. */
  readonly at: number;
  /** The class that `Reflect.construct` names. */
  readonly newTarget: Function | undefined;

  constructor(reader: Reader, args: unknown[], isNew: boolean, at: number, newTarget?: Function) {
    this.reader = reader;
    this.args = args;
    this.isNew = isNew;
    this.at = at;
    this.newTarget = newTarget;
  }

  /** Refuses the call for an argument that could make it run code. */
  refuse(what: string): never {
    this.reader.source.refuse(what, this.at);
  }

  /** Refuses the call for an argument that the engine would refuse, too. */
  fail(message: string): never {
    this.reader.source.fail("PERSIST_SYNTAX", message, this.at);
  }

  /** Argument `i`, which is no object; undefined when it is absent. */
  primitive(i: number): string | number | bigint | boolean | symbol | null | undefined {
    const value = this.args[i];
    if (isObject(value)) this.refuse("an object where a string or number is expected");
    if (typeof value === "string") this.reader.budget.work(value.length); // one string may be given to many calls
    return value as string;
  }

  string(i: number): string {
    const value = this.args[i];
    if (typeof value !== "string") this.refuse("something other than a string where one is expected");
    this.reader.budget.work(value.length);
    return value;
  }

  /** Argument `i`, an object that the text has made. */
  own(i: number): object {
    return this.checkOwn(this.args[i]);
  }

  checkOwn(value: unknown): object {
    if (!this.reader.origins.isOwn(value))
      this.refuse("the change or use of something that this archive has not made");
    return value;
  }

  /** Argument `i`, an ordinary array that the text has made; its elements are counted. */
  list(i: number): unknown[] {
    return this.checkList(this.args[i]);
  }

  checkList(value: unknown): unknown[] {
    const { origins, budget } = this.reader;
    if (!origins.isList(value))
      this.refuse("something other than an array of this archive where one is expected");
    budget.copies(value.length);
    return value;
  }

  /** An element of a list; a hole is undefined. */
  element(list: unknown[], index: number): unknown {
    return index < list.length ? this.reader.origins.element(list, index, this.at) : undefined;
  }

  /** A property key. */
  key(value: unknown): PropertyKey {
    return toKey(value) ?? this.refuse("an object as a key");
  }

  /** The number of elements or bytes that a primitive stands for, as the engine converts it; NaN and fractions are refused. */
  size(value: unknown): number {
    const n = value === undefined || value === null ? 0 : value;
    if (typeof n !== "number" || !(n >= 0) || !isInteger(n))
      this.fail(`found ${toText(n)} where a size is expected`);
    return n;
  }
}
