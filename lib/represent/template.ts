// How a class says by itself how it is written: the `represent` symbol and the templates that its method returns.

/**
 * The key of a method that says how an instance is written. It gets the template tag `code`:
 *
 * ```js
 * class Grid {
 *   [represent](code) { return code`new ${Grid}(${{ n: this.n, dx: this.dx }})`; }
 * }
 * ```
 *
 * The text between the holes is JavaScript that a person would write; a hole takes any value that can be archived, a class or function by
 * reference, an object by value. It is a registered symbol, so that a class need not import this library.
 */
export const represent: unique symbol = Symbol.for("persist-archive.represent") as never;

/** An expression with holes, as `code` makes it. */
export class Template {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}

/** The tag that a `[represent]` method and a rule are called with. */
export type CodeTag = (strings: TemplateStringsArray, ...values: unknown[]) => Template;

/** Makes a template of its literal text and the values in its holes. */
export function code(strings: TemplateStringsArray, ...values: unknown[]): Template {
  return new Template([...strings], values);
}

/** A rule of an archive: a template for the values that it knows, `undefined` for all others. */
export type Rule = (value: object, code: CodeTag) => Template | undefined;
