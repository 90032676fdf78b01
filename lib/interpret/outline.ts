// The statements of a module by their tokens, without their values: which names each one binds, exports, uses and changes. It is made when a
// reader needs to know what stands further down: for imports used before they stand there, and to restore single exports.

import { isReserved } from "./names.ts";
import { mapGet, mapSet, setAdd } from "./natives.ts";
import { Source } from "./source.ts";
import { END, NAME, NUMBER, PUNCTUATOR, STRING, Tokens } from "./tokens.ts";

export interface Statement {
  readonly kind: "import" | "function" | "declaration" | "export" | "effect";
  /** Where it begins and ends in the text. */
  readonly start: number;
  end: number;
  /** The names that it binds in the module. */
  readonly binds: string[];
  /** Of a declaration: where the `=` of each name stands. */
  readonly values: number[];
  /** The names that it exports. */
  readonly exports: string[];
  /** Of a list of exports: the local name of each. */
  readonly locals: string[];
  /** The names that it uses, with the members that are looked up in them; "*" for any other use. */
  readonly uses: Map<string, Set<string>>;
  /** Of an import: the specifier. */
  specifier: string;
}

/** The statements of the text, in its order. Throws PERSIST_SYNTAX where it has no tokens. */
export function outline(text: string, file: string | undefined, start: number): Statement[] {
  const source = new Source(text, file);
  source.pos = start;
  const tokens = new Tokens(source);
  const statements: Statement[] = [];
  tokens.next();
  while (tokens.kind !== END) {
    if (tokens.is(";")) tokens.next();
    else statements[statements.length] = readStatement(tokens);
  }
  return statements;
}

function begin(kind: Statement["kind"], tokens: Tokens): Statement {
  const { start, end } = tokens;
  return { kind, start, end, binds: [], values: [], exports: [], locals: [], uses: new Map(), specifier: "" };
}

function readStatement(tokens: Tokens): Statement {
  if (tokens.is("import")) return readImport(tokens);
  if (tokens.is("function")) return readFunction(tokens);
  if (tokens.is("export")) return readExport(tokens);
  if (isDeclarator(tokens)) return readBody(begin("declaration", tokens), tokens, false);
  return readBody(begin("effect", tokens), tokens, false);
}

function isDeclarator(tokens: Tokens): boolean {
  return tokens.is("const") || tokens.is("let") || tokens.is("var");
}

/** Goes to the next token within the statement. */
function advance(statement: Statement, tokens: Tokens): void {
  statement.end = tokens.end;
  tokens.next();
}

/** Ends the statement after an optional semicolon. */
function finish(statement: Statement, tokens: Tokens): Statement {
  if (tokens.is(";")) advance(statement, tokens);
  return statement;
}

/** `import … from "s"`: each name that is not followed by `as` is bound. */
function readImport(tokens: Tokens): Statement {
  const statement = begin("import", tokens);
  let name = "";
  for (
    advance(statement, tokens);
    tokens.kind !== END && tokens.kind !== STRING;
    advance(statement, tokens)
  ) {
    if (tokens.is("as") && name !== "") {
      name = "";
      continue;
    }
    if (name !== "") push(statement.binds, name);
    name = tokens.kind === NAME && !tokens.is("from") ? tokens.text : "";
  }
  if (name !== "") push(statement.binds, name);
  statement.specifier = tokens.text;
  advance(statement, tokens);
  return finish(statement, tokens);
}

function readFunction(tokens: Tokens): Statement {
  const statement = begin("function", tokens);
  advance(statement, tokens);
  push(statement.binds, tokens.text);
  for (let depth = 0; tokens.kind !== END;) {
    if (tokens.is("{")) depth++;
    const last = tokens.is("}") && --depth === 0;
    advance(statement, tokens);
    if (last) break;
  }
  return statement;
}

function readExport(tokens: Tokens): Statement {
  const statement = begin("export", tokens);
  advance(statement, tokens);
  if (isDeclarator(tokens)) return readBody(statement, tokens, true);
  if (tokens.is("default")) {
    push(statement.exports, "default");
    advance(statement, tokens);
    return readBody(statement, tokens, false);
  }
  if (tokens.is("*")) {
    for (; tokens.kind !== END && tokens.kind !== STRING; advance(statement, tokens)) {
      if (tokens.kind === NAME && !tokens.is("as") && !tokens.is("from"))
        push(statement.exports, tokens.text);
    }
  } else {
    readExportList(statement, tokens);
  }
  if (tokens.is("from") || tokens.kind === STRING) {
    if (tokens.kind !== STRING) advance(statement, tokens);
    statement.specifier = tokens.text;
    advance(statement, tokens);
    statement.locals.length = 0;
  }
  return finish(statement, tokens);
}

/** `{ LOCAL, LOCAL as NAME }` */
function readExportList(statement: Statement, tokens: Tokens): void {
  if (!tokens.is("{")) return;
  for (advance(statement, tokens); tokens.kind !== END && !tokens.is("}");) {
    const local = tokens.text;
    push(statement.locals, local);
    advance(statement, tokens);
    if (tokens.is("as")) {
      advance(statement, tokens);
      push(statement.exports, tokens.text);
      advance(statement, tokens);
    } else {
      push(statement.exports, local);
    }
    if (tokens.is(",")) advance(statement, tokens);
    else if (!tokens.is("}")) break;
  }
  advance(statement, tokens);
}

/** A declaration or expression: collects names until the statement ends. */
function readBody(statement: Statement, tokens: Tokens, exported: boolean): Statement {
  const declares = isDeclarator(tokens);
  let before = declares ? "," : ""; // the punctuator or reserved word before, or "value"
  if (declares) advance(statement, tokens);
  for (let depth = 0; !ends(tokens, depth, before);) {
    const { kind, text } = tokens;
    if (kind === NAME && before !== "." && !isReserved(text)) {
      const binds = declares && depth === 0 && before === ",";
      before = "value";
      advance(statement, tokens);
      if (binds) {
        push(statement.binds, text);
        push(statement.values, tokens.start);
        if (exported) push(statement.exports, text);
        continue;
      }
      if (depth > 0 && tokens.is(":")) continue; // a key
      let member = "*";
      if (tokens.is(".")) {
        before = ".";
        advance(statement, tokens);
        if (tokens.kind === NAME) member = tokens.text;
      } else if (tokens.is("[")) {
        before = "[";
        depth++;
        advance(statement, tokens);
        if (tokens.kind === STRING) member = tokens.text;
      }
      use(statement, text, member);
      continue;
    }
    if (kind === PUNCTUATOR) {
      if (text === "(" || text === "[" || text === "{") depth++;
      else if (text === ")" || text === "]" || text === "}") depth--;
      before = text;
    } else {
      before = kind === NAME && isReserved(text) && !isConstant(text) && before !== "." ? text : "value";
    }
    advance(statement, tokens);
  }
  return finish(statement, tokens);
}

/** Whether the statement ends before the current token: at a semicolon, or at the end of a line where it can. */
function ends(tokens: Tokens, depth: number, before: string): boolean {
  if (tokens.kind === END) return true;
  if (depth > 0) return false;
  if (tokens.is(";")) return true;
  const complete = before === "value" || before === ")" || before === "]" || before === "}";
  if (!tokens.newline || !complete) return false;
  const { kind } = tokens;
  return (
    (kind === NAME && !tokens.is("in") && !tokens.is("instanceof")) ||
    kind === STRING ||
    kind === NUMBER ||
    tokens.is("{")
  );
}

function isConstant(word: string): boolean {
  return word === "null" || word === "true" || word === "false" || word === "this";
}

function use(statement: Statement, name: string, member: string): void {
  let members = mapGet(statement.uses, name);
  if (members === undefined) mapSet(statement.uses, name, (members = new Set()));
  setAdd(members, member);
}

function push<T>(list: T[], item: T): void {
  list[list.length] = item;
}
