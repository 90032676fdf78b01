// How long somebody waits: until a time has passed, a signal aborts, or somebody says that it is enough.

/** The longest delay of a timer: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

export class Patience {
  /** Why the wait is to end, as soon as it is. */
  reason: { readonly error: unknown } | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = (): void => this.end(this.#signal!.reason);
  #onEnd: () => void = () => {};

  /** @param tooLong makes the error after `timeout_ms` */
  constructor(timeout_ms: number, signal: AbortSignal | undefined, tooLong: () => unknown) {
    if (timeout_ms <= LONGEST_MS) this.#timer = setTimeout(() => this.end(tooLong()), timeout_ms);
    this.#signal = signal;
    signal?.addEventListener("abort", this.#aborted);
  }

  /** What is to be done when patience ends; takes the place of what was to be done before. */
  set onEnd(action: () => void) {
    this.#onEnd = action;
    if (this.reason !== undefined) action();
  }

  end(error: unknown): void {
    if (this.reason !== undefined) return;
    this.reason = { error };
    this.#onEnd();
  }

  /** Gives the timer and the signal back. */
  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#aborted);
  }
}
