// Array literals. The elements of a small array wait on a stack until it is complete and is made in its final size; an engine gives an array that
// grows room for 17.

import { ARRAY, Frame } from "./frames.ts";
import { generalize, literalOf, literalOfNumbers, SMALL } from "./lists.ts";
import { startsWith } from "./natives.ts";
import { OPERAND, VALUE, type Reader, type Step } from "./reader.ts";
import type { Source } from "./source.ts";

/** Begins the array whose `[` is at the current position. */
export function openArray(reader: Reader): Step {
  reader.budget.nodes(1);
  const frame = new Frame(ARRAY, reader.source.pos++, reader.frame, undefined);
  frame.base = reader.top;
  reader.frame = frame;
  return nextElement(reader, frame);
}

/** After `[` or a comma: passes holes, ends the array, or lets an element follow. */
export function nextElement(reader: Reader, frame: Frame): Step {
  const source: Source = reader.source;
  for (;;) {
    switch (source.skip()) {
      case 0x2c:
        source.pos++;
        frame.target ??= grow(reader, frame);
        frame.size++; // a hole
        continue;
      case 0x5d:
        source.pos++;
        return closeArray(reader, frame);
      case 0x2e:
        if (startsWith(source.text, "...", source.pos)) {
          source.pos += 3;
          frame.spread = true;
        }
        return OPERAND;
      default:
        return OPERAND;
    }
  }
}

/** Takes the reader's value, at the punctuator `c` behind it. */
export function takeElement(reader: Reader, frame: Frame, c: number): Step {
  if (frame.spread) {
    spreadInto(reader, frame);
  } else {
    store(reader, frame, reader.value);
  }
  if (c === 0x2c) {
    reader.source.pos++;
    return nextElement(reader, frame);
  }
  if (c !== 0x5d) reader.odd("`,` or `]`");
  reader.source.pos++;
  return closeArray(reader, frame);
}

function store(reader: Reader, frame: Frame, value: unknown): void {
  if (frame.target === undefined) {
    if (frame.size < SMALL) {
      reader.elements[reader.top++] = value;
      frame.size++;
      return;
    }
    frame.target = grow(reader, frame);
  }
  if (frame.isNumeric) {
    if (typeof value === "number") return pushNumber(frame, value);
    frame.target = generalize(frame.target as number[]);
    frame.isNumeric = false;
  }
  frame.target[frame.size++] = value;
}

/** A store of its own: where V8 has seen other arrays stored to, it would turn this one into their kind. */
function pushNumber(frame: Frame, value: number): void {
  (frame.target as number[])[frame.size++] = value;
}

/** Takes the elements from the stack into an array that can grow. */
function grow(reader: Reader, frame: Frame): unknown[] {
  const { elements } = reader;
  reader.top = frame.base;
  frame.isNumeric = areNumbers(elements, frame.base, frame.size);
  return frame.isNumeric
    ? literalOfNumbers(elements as number[], frame.base, frame.size)
    : literalOf(elements, frame.base, frame.size);
}

function areNumbers(elements: unknown[], from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (typeof elements[from + i] !== "number") return false;
  return true;
}

/** Copies the elements of the reader's value, which must be a list, behind those that are there. */
export function spreadInto(reader: Reader, frame: Frame): void {
  const source: Source = reader.source;
  const { origins, budget } = reader;
  const list = reader.value;
  if (!origins.isList(list)) {
    source.refuse("`...` of something that is not an array of this archive", frame.at);
  }
  budget.copies(list.length);
  for (let i = 0; i < list.length; i++) {
    const element = origins.element(list, i, frame.at);
    if (frame.kind === ARRAY) store(reader, frame, element);
    else frame.target[frame.size++] = element;
  }
  frame.spread = false;
}

function closeArray(reader: Reader, frame: Frame): Step {
  const array = (frame.target ?? grow(reader, frame)) as unknown[];
  reader.budget.elements(frame.size);
  if (array.length !== frame.size) array.length = frame.size;
  reader.value = array;
  reader.reference = undefined;
  reader.frame = frame.outer;
  return VALUE;
}
