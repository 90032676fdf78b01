// What is open while an expression is read: brackets, calls, operators. Frames are linked to the one around them, so that the depth of a text
// is bounded by memory only.

import type { Callee } from "./callees/callee.ts";
import type { Reference } from "./references.ts";

export const ARRAY = 0;
export const OBJECT = 1;
export const COMPUTED_KEY = 2;
export const PAREN = 3;
export const CALL = 4;
export const NEW = 5;
export const INDEX = 6;
export const UNARY = 7;
export const BINARY = 8;
export const ASSIGN = 9;

export class Frame {
  readonly kind: number;
  /** Where it began in the text. */
  readonly at: number;
  readonly outer: Frame | undefined;
  /** The object being filled, the arguments, the left operand; of an array, once it is longer than a few elements. */
  // oxlint-disable-next-line typescript/no-explicit-any -- which of these it is, the kind of the frame says
  target: any;
  /** ARRAY and CALL: how many elements there are. BINARY, UNARY: the operator's character. */
  size = 0;
  /** ARRAY: where its elements begin on the reader's stack. */
  base = 0;
  /** ARRAY: all elements so far are numbers. */
  isNumeric = false;
  /** OBJECT: the key that waits for its value. INDEX, ASSIGN: see `reference`. */
  key: PropertyKey = "";
  /** ARRAY, OBJECT, CALL: what comes next is spread. */
  spread = false;
  /** OBJECT: properties must be defined, because an inherited one could get in the way of storing them. */
  careful = false;
  /** OBJECT: the next value is the prototype. CALL: with `new`. */
  special = false;
  /** OBJECT: there was a `__proto__:` already. */
  hasPrototype = false;
  /** OBJECT: it has the mark of an n-dimensional array. */
  isNDArray = false;
  /** OBJECT: the prototype that it gets at its end. */
  prototype: object | null | undefined = undefined;
  /** CALL: what it does. */
  callee: Callee | undefined = undefined;
  /** CALL: what is called; INDEX: what is indexed; ASSIGN: what is assigned to. */
  reference: Reference | undefined = undefined;

  constructor(kind: number, at: number, outer: Frame | undefined, target: unknown) {
    this.kind = kind;
    this.at = at;
    this.outer = outer;
    this.target = target;
  }
}
