// What a text may cost. Each limit is far above what archives need and far below what stops a process.

import type { Source } from "./source.ts";

/** Budgets of one reading; crossing one is `PERSIST_LIMIT`. */
export interface Limits {
  /** Bytes of the text in UTF-8. Default 1 GiB. */
  text_bytes: number;
  /** Objects, arrays, Maps and whatever else the text creates. Default 2^24, as many as an archive is written with. */
  nodes: number;
  /** Elements and properties in all, those that spreading and `Object.assign` copy included. Default 2^27. */
  array_elements: number;
  /** Bytes of buffers and typed arrays in all. Default 1 GiB. */
  buffer_bytes: number;
  /** Digits of one BigInt. Default 2^20. */
  bigint_digits: number;
}

export const defaultLimits: Readonly<Limits> = Object.freeze({
  text_bytes: 2 ** 30,
  nodes: 2 ** 24,
  array_elements: 2 ** 27,
  buffer_bytes: 2 ** 30,
  bigint_digits: 2 ** 20,
});

/** Copies, characters of strings given to calls, and steps along prototype chains and links that every text has, and more for each of its characters. */
const WORK = 2 ** 20;
const WORK_PER_CHARACTER = 3;

/** Fewest characters of a node and of an element in JSON, with the comma. */
const NODE = 3;
const ELEMENT = 2;

/** Counts down what is left. */
export class Budget {
  readonly #source: Source;
  readonly limits: Readonly<Limits>;
  #nodes: number;
  #elements: number;
  #buffer_bytes: number;
  #work: number;
  /** Characters of JSON so far. */
  #parsed = 0;

  constructor(source: Source, limits: Partial<Limits> = {}) {
    this.#source = source;
    this.limits = { ...defaultLimits, ...limits };
    this.#nodes = this.limits.nodes;
    this.#elements = this.limits.array_elements;
    this.#buffer_bytes = this.limits.buffer_bytes;
    this.#work = WORK + WORK_PER_CHARACTER * source.text.length;
  }

  /**
   * Whether the nodes and elements of a JSON text must be counted. While no more JSON has been parsed than the whole text can hold, and that much cannot
   * cross a limit, they need not be.
   */
  mustCount(json: string): boolean {
    this.#parsed += json.length;
    const most = this.#source.text.length;
    return this.#parsed > most || most / NODE > this.#nodes || most / ELEMENT > this.#elements;
  }

  nodes(count: number): void {
    if ((this.#nodes -= count) < 0) this.#cross("nodes", "objects");
  }

  elements(count: number): void {
    if (!((this.#elements -= count) >= 0)) this.#cross("array_elements", "array elements");
  }

  /** Elements or properties that are copied from what is there: a short text could double them again and again. */
  copies(count: number): void {
    this.work(count);
    this.elements(count);
  }

  bytes(count: number): void {
    if (!((this.#buffer_bytes -= count) >= 0)) this.#cross("buffer_bytes", "bytes of buffers");
  }

  digits(count: number): void {
    if (count > this.limits.bigint_digits) this.#cross("bigint_digits", "digits of a BigInt");
  }

  work(steps: number): void {
    if ((this.#work -= steps) < 0) {
      this.#source.fail(
        "PERSIST_LIMIT",
        "this text copies much more than stands in it, or has too long chains of prototypes",
      );
    }
  }

  #cross(name: keyof Limits, what: string): never {
    this.#source.fail("PERSIST_LIMIT", `found more than ${this.limits[name]} ${what}, the limit \`${name}\``);
  }
}
