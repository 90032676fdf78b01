// Long work in short turns, so that the program goes on meanwhile.
import { setImmediate } from "node:timers/promises";

/** No turn of the event loop is held for longer than about this. */
const TURN_MS = 3;

/** What is copied or summed before the next look at the clock: a millisecond or less. */
export const PIECE_BYTES: number = 2 ** 20;

/** The turn of the event loop that some work has. */
export class Turn {
  #began_ms: number = performance.now();

  /** Whether the work should {@link pause}. */
  get isOver(): boolean {
    return performance.now() - this.#began_ms > TURN_MS;
  }

  /** Lets everything else that is due go first. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#began_ms = performance.now();
  }
}

/** Up to this many bytes are read, summed, or written without a sync in less time than handing that to a worker takes. */
export const SMALL_BYTES: number = 64 * 1024;

const shared = new Turn();

/**
 * For what is done at once since it is too short to be handed to a worker: lets others go first where such work has held the loop for long. A program that awaits
 * one after the other would never come to its timers and its input.
 */
export async function inTurn(): Promise<void> {
  if (shared.isOver) await shared.pause();
}
