// Reads one expression and makes its value at once, without a syntax tree and without recursion: what is open stands in linked frames.

import { openArray, spreadInto, takeElement } from "./arrays.ts";
import { invoke, prepare } from "./calls.ts";
import {
  ARRAY,
  ASSIGN,
  BINARY,
  CALL,
  COMPUTED_KEY,
  Frame,
  INDEX,
  NEW,
  OBJECT,
  PAREN,
  UNARY,
} from "./frames.ts";
import type { Budget } from "./limits.ts";
import { toKey, writeMember, type Rules } from "./members.ts";
import { isReserved, readName, startsName } from "./names.ts";
import { charCodeAt, ObjectPrototype, ownKeys, setAdd, startsWith } from "./natives.ts";
import { readNumber } from "./numbers.ts";
import { openObject, takeKey, takeProperty } from "./objects.ts";
import { openBinary, openUnary, reduce } from "./operators.ts";
import type { InterpretOptions } from "./options.ts";
import type { Origins } from "./origins.ts";
import { GLOBAL, lookUp, MEMBER, select, settle, type Reference } from "./references.ts";
import { readRegExp } from "./regexps.ts";
import { LOADER, type Scope } from "./scope.ts";
import type { Source } from "./source.ts";
import { readRawTemplate, readString, readTemplate } from "./strings.ts";
import { PersistError } from "../errors.ts";

/** What the next piece of text is expected to be. */
export type Step = typeof OPERAND | typeof VALUE | typeof DONE;
/** The beginning of a value. */
export const OPERAND = 0;
/** What follows a value: more of it, an operator, or the end of what is around it. */
export const VALUE = 1;
/** Nothing: the expression has ended. */
export const DONE = 2;

/** Stands for `import.meta.url`. */
export const MODULE_URL: unique symbol = Symbol("import.meta.url") as never;

export class Reader implements Rules {
  readonly source: Source;
  readonly budget: Budget;
  readonly origins: Origins;
  readonly scope: Scope;
  readonly options: InterpretOptions;
  /** The value just read, unless a reference is. */
  value: unknown = undefined;
  reference: Reference | undefined = undefined;
  /** The innermost open frame. */
  frame: Frame | undefined = undefined;
  /** The elements of open arrays, those of the innermost last, and their number. */
  readonly elements: unknown[] = [];
  top = 0;
  /** The keys that a plain object inherits: storing under one of them could run a setter. */
  inherited: Set<PropertyKey> = new Set();
  /** The arrays of array tables. */
  readonly loaded: Set<object> = new Set();
  /** With `only`: the names of the array table that are needed; undefined for all. */
  neededRows: Set<string> | undefined = undefined;
  #mayAssign = false;

  constructor(source: Source, budget: Budget, origins: Origins, scope: Scope, options: InterpretOptions) {
    this.source = source;
    this.budget = budget;
    this.origins = origins;
    this.scope = scope;
    this.options = options;
    this.inspectPrototypes();
  }

  /** Looks at what other code, run before or in between, has added to the prototype of objects. */
  inspectPrototypes(): void {
    this.inherited = new Set();
    const keys = ownKeys(ObjectPrototype);
    for (let i = 0; i < keys.length; i++) setAdd(this.inherited, keys[i]!);
  }

  /** After somebody else's code has run: what it can reach is no longer surely as the text made it. */
  expectChanges(): void {
    this.origins.wild = true;
    this.inspectPrototypes();
  }

  /** Refuses what follows a value at the current position. */
  odd(expected: string): never {
    const source: Source = this.source;
    const at = source.pos;
    const name = readName(source);
    if (name === "in" || name === "instanceof") source.refuse(`the operator \`${name}\``, at);
    source.unexpected(expected, at);
  }

  /** Does what may throw an error of the engine, which becomes one of the text. */
  attempt<T>(act: () => T, at: number): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof PersistError) throw error;
      return this.source.fail(
        "PERSIST_SYNTAX",
        error instanceof Error ? error.message : "the engine refuses this",
        at,
        error,
      );
    }
  }

  /** Reads the expression at the current position and gives its value. A statement may be an assignment to a member. */
  evaluate(isStatement = false): unknown {
    this.frame = undefined;
    this.#mayAssign = isStatement;
    let step: Step = OPERAND;
    while (step !== DONE) step = step === OPERAND ? this.#operand() : this.#afterValue();
    const { value } = this;
    this.value = undefined;
    return value;
  }

  #operand(): Step {
    const source: Source = this.source;
    const c = source.skip();
    this.reference = undefined;
    switch (c) {
      case 0x22:
      case 0x27:
        this.value = readString(source);
        return VALUE;
      case 0x5b:
        return openArray(this);
      case 0x7b:
        return openObject(this);
      case 0x28:
        this.frame = new Frame(PAREN, source.pos++, this.frame, undefined);
        return OPERAND;
      case 0x29:
        if (this.frame?.kind === PAREN) source.refuse("a function");
        return source.unexpected("an expression");
      case 0x60:
        this.value = readTemplate(source);
        return VALUE;
      case 0x2b:
      case 0x2d:
        if (this.frame?.kind === NEW) source.unexpected("a class");
        return openUnary(this, c, 1);
      case 0x2f:
        this.budget.nodes(1);
        this.value = readRegExp(source);
        return VALUE;
      case 0x2e:
        if (this.frame?.kind === NEW) source.refuse("`new.target`");
        if (startsWith(source.text, "...", source.pos)) source.unexpected("an expression");
        this.value = readNumber(source, this.budget);
        return VALUE;
      case 0x21:
      case 0x7e:
        return source.refuse("an operator that archives do not have");
      default:
        if (c >= 0x30 && c <= 0x39) {
          this.value = readNumber(source, this.budget);
          return VALUE;
        }
        if (startsName(source.text, source.pos)) return this.#word();
        return source.unexpected("an expression");
    }
  }

  #word(): Step {
    const source: Source = this.source;
    const at = source.pos;
    const name = readName(source);
    switch (name) {
      case "null":
        this.value = null;
        return VALUE;
      case "true":
        this.value = true;
        return VALUE;
      case "false":
        this.value = false;
        return VALUE;
      case "new":
        this.frame = new Frame(NEW, at, this.frame, undefined);
        return OPERAND;
      case "void":
        source.pos = at;
        if (this.frame?.kind === NEW) source.unexpected("a class");
        return openUnary(this, 0x76, 4);
      case "import":
        return this.#moduleUrl(at);
      default:
        if (isReserved(name)) source.refuse(`\`${name}\``, at);
        lookUp(this, name, at);
        return VALUE;
    }
  }

  /** `import.meta.url`, which stands only as the first argument of the array loader. */
  #moduleUrl(at: number): Step {
    const source: Source = this.source;
    const { frame } = this;
    const isArgument = frame?.kind === CALL && frame.reference?.helper === LOADER && frame.size === 0;
    if (!isArgument || !source.accept(".")) source.refuse("`import`", at);
    source.skip();
    if (readName(source) !== "meta") source.refuse("`import`", at);
    source.expect(".");
    source.skip();
    if (readName(source) !== "url") source.refuse("`import.meta`", at);
    this.value = MODULE_URL;
    return VALUE;
  }

  /** What follows a value. */
  #afterValue(): Step {
    const source: Source = this.source;
    const end = source.pos;
    const c = source.skip();
    switch (c) {
      case 0x2c:
      case 0x5d:
      case 0x7d:
      case 0x29:
      case 0x3b:
        break;
      case 0x2e:
        return this.#dot();
      case 0x5b:
        return this.#openIndex();
      case 0x28:
        return this.#openCall();
      case 0x60:
        return this.#tagged();
      case 0x3d:
        return this.#assign();
      case 0x2b:
      case 0x2d:
      case 0x2a:
      case 0x2f:
      case 0x25:
        if (this.frame?.kind === NEW) return this.#constructBare(end);
        settle(this);
        return openBinary(this, c);
      case 0x3f:
      case 0x3c:
      case 0x3e:
      case 0x26:
      case 0x7c:
      case 0x5e:
        return source.refuse("an operator that archives do not have");
      case 0x21:
        if (charCodeAt(source.text, source.pos + 1) === 0x3d)
          source.refuse("an operator that archives do not have");
    }
    if (this.frame?.kind === NEW) return this.#constructBare(end);
    settle(this);
    let frame = this.frame;
    while (frame !== undefined && (frame.kind === UNARY || frame.kind === BINARY)) {
      reduce(this, frame);
      frame = this.frame;
    }
    if (frame === undefined) {
      source.pos = end;
      return DONE;
    }
    switch (frame.kind) {
      case ARRAY:
        return takeElement(this, frame, c);
      case OBJECT:
        return takeProperty(this, frame, c);
      case COMPUTED_KEY:
        return takeKey(this, frame, c);
      case CALL:
        return this.#takeArgument(frame, c);
      case INDEX:
        return this.#takeIndex(frame, c);
      case PAREN:
        if (c === 0x2c) source.refuse("a list in parentheses");
        if (c !== 0x29) this.odd("`)`");
        source.pos++;
        this.frame = frame.outer;
        return VALUE;
      default: {
        // ASSIGN
        const { value, key, at } = frame.reference!;
        this.attempt(() => writeMember(this, value, key, this.value, at), at);
        source.pos = end;
        return DONE;
      }
    }
  }

  #dot(): Step {
    const source: Source = this.source;
    const at = source.pos;
    if (charCodeAt(source.text, at + 1) === 0x2e) source.unexpected("a member");
    source.pos++;
    if (source.skip() === 0x23) source.refuse("a private member");
    const name = readName(source);
    if (name === "") source.unexpected("a member");
    select(this, name, at);
    return VALUE;
  }

  #openIndex(): Step {
    if (this.reference?.kind === MEMBER) settle(this);
    const frame = new Frame(INDEX, this.source.pos++, this.frame, this.value);
    frame.reference = this.reference;
    this.frame = frame;
    return OPERAND;
  }

  #takeIndex(frame: Frame, c: number): Step {
    if (c !== 0x5d) this.odd("`]`");
    this.source.pos++;
    const key = toKey(this.value);
    if (key === undefined) this.source.refuse("an object as a key", frame.at);
    this.value = frame.target;
    this.reference = frame.reference;
    this.frame = frame.outer;
    select(this, key, frame.at);
    return VALUE;
  }

  #tagged(): Step {
    const source: Source = this.source;
    const { reference } = this;
    if (reference?.kind !== GLOBAL || reference.path !== "String.raw") source.refuse("a tagged template");
    this.reference = undefined;
    this.value = readRawTemplate(source);
    return VALUE;
  }

  #assign(): Step {
    const source: Source = this.source;
    const { reference } = this;
    const next = charCodeAt(source.text, source.pos + 1);
    if (next === 0x3e) source.refuse("a function");
    if (next === 0x3d) source.refuse("an operator that archives do not have");
    if (!this.#mayAssign || this.frame !== undefined || reference?.kind !== MEMBER) {
      source.refuse("an assignment to something other than a member of a value");
    }
    const frame = new Frame(ASSIGN, source.pos++, undefined, undefined);
    frame.reference = reference;
    this.frame = frame;
    return OPERAND;
  }

  #openCall(): Step {
    const source: Source = this.source;
    const { reference } = this;
    const isNew = this.frame?.kind === NEW;
    const outer = isNew ? this.frame!.outer : this.frame;
    const frame = new Frame(CALL, reference?.at ?? source.pos, outer, []);
    frame.callee = prepare(this, isNew, frame.at);
    frame.reference = reference;
    frame.special = isNew;
    source.pos++;
    this.frame = frame;
    return this.#nextArgument(frame);
  }

  /** After `(` or a comma: calls, or lets an argument follow. */
  #nextArgument(frame: Frame): Step {
    const source: Source = this.source;
    const c = source.skip();
    if (c === 0x29) {
      source.pos++;
      return this.#call(frame);
    }
    if (c === 0x2e && startsWith(source.text, "...", source.pos)) {
      source.pos += 3;
      frame.spread = true;
    }
    return OPERAND;
  }

  #takeArgument(frame: Frame, c: number): Step {
    if (frame.spread) spreadInto(this, frame);
    else frame.target[frame.size++] = this.value;
    if (c === 0x2c) {
      this.source.pos++;
      return this.#nextArgument(frame);
    }
    if (c !== 0x29) this.odd("`,` or `)`");
    this.source.pos++;
    return this.#call(frame);
  }

  /** `new X` without arguments. */
  #constructBare(end: number): Step {
    const { reference } = this;
    const outer = this.frame!;
    const frame = new Frame(CALL, reference?.at ?? outer.at, outer.outer, []);
    frame.callee = prepare(this, true, frame.at);
    frame.reference = reference;
    frame.special = true;
    this.source.pos = end;
    return this.#call(frame);
  }

  #call(frame: Frame): Step {
    this.frame = frame.outer;
    this.reference = undefined;
    this.value = invoke(this, frame.callee!, frame);
    return VALUE;
  }
}
