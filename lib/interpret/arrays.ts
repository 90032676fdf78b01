// Array literals.

import { ARRAY, Frame } from "./frames.ts";
import { startsWith } from "./natives.ts";
import { OPERAND, VALUE, type Reader, type Step } from "./reader.ts";
import type { Source } from "./source.ts";

/** Begins the array whose `[` is at the current position. */
export function openArray(reader: Reader): Step {
  reader.budget.nodes(1);
  const frame = new Frame(ARRAY, reader.source.pos++, reader.frame, []);
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
        frame.size++;
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
    frame.target[frame.size++] = reader.value;
  }
  if (c === 0x2c) {
    reader.source.pos++;
    return nextElement(reader, frame);
  }
  if (c !== 0x5d) reader.odd("`,` or `]`");
  reader.source.pos++;
  return closeArray(reader, frame);
}

/** Copies the elements of the reader's value, which must be a list, behind those that are there. */
export function spreadInto(reader: Reader, frame: Frame): void {
  const source: Source = reader.source;
  const { origins, budget } = reader;
  const list = reader.value;
  if (!origins.isList(list))
    source.refuse("`...` of something that is not an array of this archive", frame.at);
  budget.copies(list.length);
  for (let i = 0; i < list.length; i++) frame.target[frame.size++] = origins.element(list, i, frame.at);
  frame.spread = false;
}

function closeArray(reader: Reader, frame: Frame): Step {
  const array = frame.target as unknown[];
  reader.budget.elements(frame.size);
  if (array.length !== frame.size) array.length = frame.size;
  reader.value = array;
  reader.reference = undefined;
  reader.frame = frame.outer;
  return VALUE;
}
