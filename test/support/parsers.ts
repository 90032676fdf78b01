// Two independent parsers of JavaScript, which must both accept what is emitted.
import { parse as parseByBabel } from "@babel/parser";
import { parse as parseByAcorn } from "acorn";

/** Parses as a bundler would: an ES2022 module without top-level await. Throws what the first parser that refuses it throws. */
export function parseByAll(text: string): void {
  const { body } = parseByAcorn(text, {
    ecmaVersion: 2022,
    sourceType: "module",
    allowAwaitOutsideFunction: false,
  });
  const { program } = parseByBabel(text, { sourceType: "module" });
  if (program.body.length !== body.length)
    throw new Error(`acorn sees ${body.length} statements, babel ${program.body.length}`);
}

/** The specifiers that a module's text imports, in order. */
export function importsOf(text: string): string[] {
  // The head is enough: imports come before everything else, and the rest may be very deep or long.
  const head = /^(?:\/\/.*\n|import .*\n|\s*\n)*/.exec(text)![0];
  return parseByAcorn(head, { ecmaVersion: 2022, sourceType: "module" }).body.flatMap((statement) =>
    statement.type === "ImportDeclaration" ? [String(statement.source.value)] : [],
  );
}
