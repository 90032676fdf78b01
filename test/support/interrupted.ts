// Work that is disturbed while it goes on: its memory is transferred, or it is aborted.
import assert from "node:assert/strict";

/** Work that has begun, and what disturbs it. */
export interface Begun {
  readonly work: Promise<unknown>;
  readonly interrupt: () => void;
}

const ATTEMPTS = 20;

/**
 * Begins work, interrupts it after a time, and gives the error that it ends with. A machine that is busy may have done the work before its program gets
 * to interrupt it: then it is begun again, and interrupted twice as soon, in the end at once.
 */
export async function interrupted(begin: () => Promise<Begun>, delay_ms = 0): Promise<unknown> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { work, interrupt } = await begin();
    const wait_ms = delay_ms / 2 ** attempt;
    let timer: NodeJS.Timeout | undefined;
    if (wait_ms < 1 && attempt > 0) interrupt();
    else timer = setTimeout(interrupt, wait_ms);
    const [outcome] = await Promise.allSettled([work]);
    clearTimeout(timer);
    if (outcome!.status === "rejected") return outcome.reason;
  }
  assert.fail(`the work had ended ${ATTEMPTS} times before it was interrupted`);
}

/** An array in a buffer that can be shrunk. */
export function shrinkable(length: number): Float64Array<ArrayBuffer> {
  const size_bytes = length * Float64Array.BYTES_PER_ELEMENT;
  // Node 20 has it, and the types of its day do not
  const Resizable = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer;
  return new Float64Array(new Resizable(size_bytes, { maxByteLength: size_bytes }));
}

/** Takes all but the first of an array's elements away from it. */
export function shrink({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  (buffer as ArrayBuffer & { resize(size_bytes: number): void }).resize(Float64Array.BYTES_PER_ELEMENT);
}

/** Takes an array's memory away from it. */
export function transfer({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
}
