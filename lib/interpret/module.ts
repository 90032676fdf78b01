// The statements of a module, read one after the other: declarations, exports, assignments and calls.

import {
  isLoaderModule,
  peekWord,
  readFrom,
  readImportStatement,
  readModuleName,
  readSpecifier,
  readWord,
  resolve,
} from "./imports.ts";
import { defineData } from "./members.ts";
import { readName, startsName } from "./names.ts";
import { createObject, mapGet, mapSet, setAdd, setHas } from "./natives.ts";
import { selectStatements } from "./only.ts";
import { outline, type Statement } from "./outline.ts";
import type { Reader } from "./reader.ts";
import { CONST_HELPERS, FUNCTION_HELPERS, recognise } from "./recognise.ts";
import { readImport } from "./references.ts";
import { IMPORT, VALUE } from "./scope.ts";
import type { Source } from "./source.ts";

/** What an export gives: a local name, to be looked up at the end, or a value. */
interface Export {
  readonly name: string;
  readonly at: number;
  readonly local: string | undefined;
  readonly value: unknown;
}

export class Module {
  readonly #reader: Reader;
  readonly #source: Source;
  readonly #start: number;
  readonly #exports: Export[] = [];
  readonly #exported = new Set<string>();
  /** Of statements that were read ahead: where they begin and end. */
  readonly #ahead = new Map<number, number>();
  #hasReadAhead = false;
  /** With `only`: the statements that are read. */
  #selected: readonly Statement[] | undefined;

  /** The module whose first statement stands at the reader's position. */
  constructor(reader: Reader) {
    this.#reader = reader;
    this.#source = reader.source;
    this.#start = reader.source.pos;
    reader.scope.hoist = () => this.#readAhead();
  }

  /** All exports, or those of `only`, in the order of the text. */
  read(only: readonly string[] | undefined): Record<string, unknown> {
    const source: Source = this.#source;
    if (only === undefined) {
      for (let c = source.skip(); c === c; c = source.skip()) this.#statement(c);
      return this.#result(undefined);
    }
    const names = new Set<string>();
    for (let i = 0; i < only.length; i++) setAdd(names, only[i]!);
    const { statements, rows } = selectStatements(source.text, this.#outline(), names, isLoaderModule);
    this.#reader.neededRows = rows;
    this.#selected = statements;
    for (let i = 0; i < statements.length; i++) {
      source.pos = statements[i]!.start;
      this.#statement(source.skip());
    }
    for (let i = 0; i < only.length; i++) {
      if (!setHas(this.#exported, only[i]!))
        source.fail("PERSIST_NOT_FOUND", `the text has no export \`${only[i]!}\``, 0);
    }
    return this.#result(names);
  }

  #result(only: ReadonlySet<string> | undefined): Record<string, unknown> {
    const result = createObject(null) as Record<string, unknown>;
    for (let i = 0; i < this.#exports.length; i++) {
      const { name, at, local, value } = this.#exports[i]!;
      if (only !== undefined && !setHas(only, name)) continue;
      defineData(result, name, local === undefined ? value : this.#valueOf(local, at));
    }
    return result;
  }

  #valueOf(local: string, at: number): unknown {
    const binding = this.#reader.scope.find(local);
    if (binding?.kind === VALUE || binding?.kind === IMPORT) return binding.value;
    if (binding !== undefined) this.#source.refuse("the export of a function", at);
    return this.#source.fail("PERSIST_SYNTAX", `the name \`${local}\` is not defined here`, at);
  }

  #export(name: string, at: number, local: string | undefined, value?: unknown): void {
    if (setHas(this.#exported, name))
      this.#source.fail("PERSIST_SYNTAX", `found a second export \`${name}\``, at);
    setAdd(this.#exported, name);
    this.#exports[this.#exports.length] = { name, at, local, value };
  }

  #outline(): Statement[] {
    return outline(this.#source.text, this.#source.file, this.#start);
  }

  /** Binds the imports and functions that stand further down. Declarations of the same names are met later and refused. */
  #readAhead(): void {
    if (this.#hasReadAhead) return;
    this.#hasReadAhead = true;
    const source: Source = this.#source;
    const { pos, newline } = source;
    const statements = this.#selected ?? this.#outline();
    for (let i = 0; i < statements.length; i++) {
      const { kind, start } = statements[i]!;
      if (start < pos || (kind !== "import" && kind !== "function")) continue;
      source.pos = start;
      this.#statement(source.skip());
      mapSet(this.#ahead, start, source.pos);
    }
    source.pos = pos;
    source.newline = newline;
  }

  /** Reads the statement at the current position, whose first character is `c`. */
  #statement(c: number): void {
    const source: Source = this.#source;
    const start = source.pos;
    const end = mapGet(this.#ahead, start);
    if (end !== undefined) {
      source.pos = end;
      return;
    }
    if (c === 0x3b) {
      source.pos++;
      return;
    }
    if (c === 0x7b) source.refuse("a block");
    const word = startsName(source.text, start) ? readName(source) : "";
    switch (word) {
      case "import":
        readImportStatement(this.#reader, start);
        return this.#endStatement();
      case "export":
        return this.#exportStatement(start);
      case "const":
      case "let":
      case "var":
        return this.#declaration(word, start, false);
      case "function": {
        source.pos = start;
        const helper = recognise(source, FUNCTION_HELPERS);
        if (helper === undefined) return source.refuse("a function that is none of the helpers", start);
        return this.#reader.scope.bind(helper.name, helper.kind, undefined, helper.at);
      }
      default:
        source.pos = start;
        this.#reader.evaluate(true);
        this.#endStatement();
    }
  }

  /** Passes the semicolon, or the end of a line in its place. */
  #endStatement(): void {
    const source: Source = this.#source;
    const c = source.skip();
    if (c === 0x3b) source.pos++;
    else if (c === c && !source.newline) this.#reader.odd("`;` or a new line");
  }

  /** `const a = 1, b = 2;` after its first word. */
  #declaration(word: "const" | "let" | "var", start: number, isExport: boolean): void {
    const source: Source = this.#source;
    const { scope } = this.#reader;
    do {
      const c = source.skip();
      if (c === 0x7b || c === 0x5b) source.refuse("a declaration that takes a value apart");
      const at = source.pos;
      const name = readName(source);
      scope.check(name, at);
      let value: unknown;
      if (source.accept("=")) {
        if (charIsParenthesis(source) && word === "const" && !isExport && this.#helper(start)) return;
        value = this.#reader.evaluate();
      } else if (word === "const") {
        source.unexpected("`=`");
      }
      scope.bind(name, VALUE, value, at);
      if (isExport) this.#export(name, at, undefined, value);
    } while (this.#comma());
    this.#endStatement();
  }

  /** Passes a comma; stays before the white space where there is none. */
  #comma(): boolean {
    const source: Source = this.#source;
    const { pos } = source;
    if (source.accept(",")) return true;
    source.pos = pos;
    return false;
  }

  /** Binds the helper whose declaration begins at `start`, if it is one. */
  #helper(start: number): boolean {
    const source: Source = this.#source;
    const { pos } = source;
    source.pos = start;
    const helper = recognise(source, CONST_HELPERS);
    if (helper === undefined) {
      source.pos = pos;
      return false;
    }
    this.#reader.scope.bind(helper.name, helper.kind, undefined, helper.at);
    this.#endStatement();
    return true;
  }

  /** After the word `export`. */
  #exportStatement(start: number): void {
    const source: Source = this.#source;
    const c = source.skip();
    if (c === 0x7b) return this.#exportList();
    if (c === 0x2a) return this.#exportNamespace(start);
    const at = source.pos;
    const word = readName(source);
    switch (word) {
      case "const":
      case "let":
      case "var":
        return this.#declaration(word, at, true);
      case "default": {
        if (peekWord(source, "async")) source.refuse("an async function");
        const value = this.#reader.evaluate();
        this.#export("default", at, undefined, value);
        return this.#endStatement();
      }
      case "function":
      case "class":
      case "async":
        return source.refuse(`\`export ${word}\``, start);
      default:
        return source.unexpected("something to export", at);
    }
  }

  /** `{ LOCAL, LOCAL as NAME }`, and the same `from` another module. */
  #exportList(): void {
    const source: Source = this.#source;
    const items: { local: string; name: string; at: number; isName: boolean }[] = [];
    source.pos++;
    while (!source.accept("}")) {
      source.skip();
      const at = source.pos;
      const isName = startsName(source.text, at);
      const local = readModuleName(source);
      let name = local;
      if (peekWord(source, "as")) {
        readWord(source, "as");
        name = readModuleName(source);
      }
      items[items.length] = { local, name, at, isName };
      if (!source.accept(",")) {
        source.expect("}");
        break;
      }
    }
    const { pos } = source;
    const hasFrom = peekWord(source, "from");
    source.pos = pos;
    if (hasFrom) return this.#exportFrom(items);
    for (let i = 0; i < items.length; i++) {
      const { local, name, at, isName } = items[i]!;
      if (!isName) source.unexpected("a name", at);
      this.#export(name, at, local);
    }
    this.#endStatement();
  }

  #exportFrom(items: readonly { local: string; name: string; at: number }[]): void {
    const source: Source = this.#source;
    const from = readFrom(source);
    const specifier = readSpecifier(source);
    if (isLoaderModule(specifier)) source.refuse("an export of the array loader", from);
    const namespace = resolve(this.#reader, specifier, from);
    for (let i = 0; i < items.length; i++) {
      const { local, name, at } = items[i]!;
      this.#export(name, at, undefined, readImport(this.#reader, namespace, local, specifier, at, true));
    }
    this.#endStatement();
  }

  /** `* as NAME from "s"` */
  #exportNamespace(start: number): void {
    const source: Source = this.#source;
    source.pos++;
    if (!peekWord(source, "as")) source.refuse("an export without names", start);
    readWord(source, "as");
    source.skip();
    const at = source.pos;
    const name = readModuleName(source);
    const from = readFrom(source);
    this.#export(name, at, undefined, resolve(this.#reader, readSpecifier(source), from));
    this.#endStatement();
  }
}

function charIsParenthesis(source: Source): boolean {
  return source.skip() === 0x28;
}
