// Back-pressure: at most so many states are held at once, and whoever comes with another waits, first come, first served.

export class Backlog {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most states in all: the one being written and those that wait for it */
  constructor(most: number) {
    this.#free = most;
  }

  /** Waits for a place. */
  async enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives the place to who waits longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
