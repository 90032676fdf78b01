// The arithmetic that a person types into an archive: `-x`, `2 * 512`, `Math.PI / 2`. Operands are numbers; nothing is converted.

import { BINARY, Frame, UNARY } from "./frames.ts";
import { charCodeAt } from "./natives.ts";
import { OPERAND, type Reader, type Step } from "./reader.ts";
import type { Source } from "./source.ts";

const MINUS = 0x2d;
const PLUS = 0x2b;
const TIMES = 0x2a;
const DIVIDE = 0x2f;
const MODULO = 0x25;
const POWER = 0x5e;
const VOID = 0x76;

function precedence(operator: number): number {
  return operator === POWER ? 3 : operator === PLUS || operator === MINUS ? 1 : 2;
}

/** Begins an operation on what follows: `-`, `+` or `void`, by its first character. */
export function openUnary(reader: Reader, operator: number, length: number): Step {
  const source: Source = reader.source;
  const at = source.pos;
  if (length === 1 && charCodeAt(source.text, at + 1) === operator) source.refuse("an assignment", at);
  source.pos += length;
  const frame = new Frame(UNARY, at, reader.frame, undefined);
  frame.size = operator;
  reader.frame = frame;
  return OPERAND;
}

/** Begins an operation on the reader's value and what follows the operator at the current position, whose character is `c`. */
export function openBinary(reader: Reader, c: number): Step {
  const source: Source = reader.source;
  const at = source.pos;
  let operator = c;
  let length = 1;
  if (c === TIMES && charCodeAt(source.text, at + 1) === TIMES) {
    operator = POWER;
    length = 2;
  }
  const next = charCodeAt(source.text, at + length);
  if (next === 0x3d || ((c === PLUS || c === MINUS) && next === c)) source.refuse("an assignment", at);
  for (let top = reader.frame; top !== undefined; top = reader.frame) {
    if (top.kind === UNARY) {
      if (operator === POWER)
        source.fail("PERSIST_SYNTAX", "found `**` after an operation that needs parentheses", at);
    } else if (top.kind !== BINARY || precedence(top.size) < precedence(operator) || operator === POWER) {
      break;
    }
    reduce(reader, top);
  }
  source.pos = at + length;
  const frame = new Frame(BINARY, at, reader.frame, reader.value);
  frame.size = operator;
  reader.frame = frame;
  return OPERAND;
}

/** Does the operation of a frame with the reader's value. */
export function reduce(reader: Reader, frame: Frame): void {
  reader.value =
    frame.kind === UNARY ? unary(reader, frame, reader.value) : binary(reader, frame, reader.value);
  reader.frame = frame.outer;
}

function unary(reader: Reader, frame: Frame, value: unknown): unknown {
  if (frame.size === VOID) return undefined;
  if (typeof value === "number") return frame.size === MINUS ? -value : value;
  if (typeof value === "bigint" && frame.size === MINUS) return -value;
  return reader.source.refuse("an operation on something that is not a number", frame.at);
}

function binary(reader: Reader, frame: Frame, right: unknown): number {
  const left: unknown = frame.target;
  if (typeof left !== "number" || typeof right !== "number") {
    return reader.source.refuse("an operation on something that is not a number", frame.at);
  }
  switch (frame.size) {
    case PLUS:
      return left + right;
    case MINUS:
      return left - right;
    case TIMES:
      return left * right;
    case DIVIDE:
      return left / right;
    case MODULO:
      return left % right;
    default:
      return left ** right;
  }
}
