// Growable lists of numbers: the survey of a graph holds a few of them in place of an object for every node.

/** Most nodes that a graph may have. */
export const MAX_NODES: number = 2 ** 24;

export class IntList {
  #items: Int32Array = new Int32Array(16);
  length = 0;

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = value;
  }

  /** Takes the last entry off; the list must have one. */
  pop(): number {
    return this.#items[--this.length]!;
  }

  /** The entries so far, without a copy: valid until the next push. */
  view(): Int32Array {
    return this.#items.subarray(0, this.length);
  }

  get(index: number): number {
    return this.#items[index]!;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }
}
