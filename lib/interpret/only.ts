// Which statements single exports need. An effect (an assignment, a call) is needed when what it changes can be reached from what is needed; where
// that is not plain from the text, it is taken for needed, so that the values are always those of a whole reading.

import { isReserved } from "./names.ts";
import { mapForEach, mapGet, mapHas, mapSet, setAdd, setForEach, setHas } from "./natives.ts";
import type { Statement } from "./outline.ts";
import { Source } from "./source.ts";
import { END, NAME, Tokens } from "./tokens.ts";

export interface Selection {
  /** In the order of the text. */
  statements: Statement[];
  /** The members of the array tables that are needed; undefined when all may be. */
  rows: Set<string> | undefined;
}

/** What the exports `only` need. `isLoader` knows the specifier of the array loader. */
export function selectStatements(
  text: string,
  statements: readonly Statement[],
  only: ReadonlySet<string>,
  isLoader: (specifier: string) => boolean,
): Selection {
  return new Search(text, statements).run(only, isLoader);
}

/** The object that an effect changes: a name, and whether members lead from it to another object. */
interface Target {
  readonly name: string;
  readonly isDeep: boolean;
}

class Search {
  readonly #text: string;
  readonly #statements: readonly Statement[];
  /** The statement that binds each name. */
  readonly #binder = new Map<string, number>();
  /** The statements that use each name. */
  readonly #users = new Map<string, number[]>();
  /** The effects on each name's own object, and those on something reached from it. */
  readonly #shallow = new Map<string, number[]>();
  readonly #deep = new Map<string, number[]>();
  readonly #needed = new Set<number>();
  /** Names from which something needed can be reached. */
  readonly #reaching = new Set<string>();
  readonly #neededQueue: number[] = [];
  readonly #reachingQueue: string[] = [];

  constructor(text: string, statements: readonly Statement[]) {
    this.#text = text;
    this.#statements = statements;
    for (let i = 0; i < statements.length; i++) {
      const { binds, uses } = statements[i]!;
      for (let k = 0; k < binds.length; k++) mapSet(this.#binder, binds[k]!, i);
      mapForEach(uses, (_, name) => add(this.#users, name, i));
    }
    for (let i = 0; i < statements.length; i++) {
      const { kind } = statements[i]!;
      if (kind === "effect") this.#classify(i);
      else if (kind === "declaration" || kind === "export") this.#classifyCalls(i);
    }
  }

  run(only: ReadonlySet<string>, isLoader: (specifier: string) => boolean): Selection {
    const statements = this.#statements;
    for (let i = 0; i < statements.length; i++) {
      const { exports, locals } = statements[i]!;
      for (let k = 0; k < exports.length; k++) {
        if (!setHas(only, exports[k]!)) continue;
        this.#need(i);
        if (k < locals.length) this.#needName(locals[k]!);
      }
    }
    this.#drain();
    const selected: Statement[] = [];
    for (let i = 0; i < statements.length; i++)
      if (setHas(this.#needed, i)) selected[selected.length] = statements[i]!;
    return { statements: selected, rows: rowsOf(statements, selected, isLoader) };
  }

  #need(i: number): void {
    if (setHas(this.#needed, i)) return;
    setAdd(this.#needed, i);
    this.#neededQueue[this.#neededQueue.length] = i;
  }

  #needName(name: string): void {
    const binder = mapGet(this.#binder, name);
    if (binder !== undefined) this.#need(binder);
  }

  #reach(name: string): void {
    if (setHas(this.#reaching, name)) return;
    setAdd(this.#reaching, name);
    this.#reachingQueue[this.#reachingQueue.length] = name;
  }

  #needAll(list: readonly number[] = []): void {
    for (let i = 0; i < list.length; i++) this.#need(list[i]!);
  }

  /** Follows what was found until nothing new is. */
  #drain(): void {
    let needs = 0;
    let reaches = 0;
    while (needs < this.#neededQueue.length || reaches < this.#reachingQueue.length) {
      if (needs < this.#neededQueue.length) this.#follow(this.#statements[this.#neededQueue[needs++]!]!);
      else this.#followBack(this.#reachingQueue[reaches++]!);
    }
  }

  /** From a needed statement to what it uses, and to what is done to what it binds. */
  #follow({ uses, binds, kind }: Statement): void {
    mapForEach(uses, (_, name) => this.#needName(name));
    for (let k = 0; k < binds.length; k++) {
      this.#needAll(mapGet(this.#shallow, binds[k]!));
      // an import or a helper is nobody's to change
      if (kind !== "import" && kind !== "function") this.#reach(binds[k]!);
    }
  }

  /** From a name to the names that lead to it, and to what is done by way of it. */
  #followBack(name: string): void {
    this.#needAll(mapGet(this.#deep, name));
    const users = mapGet(this.#users, name) ?? [];
    for (let i = 0; i < users.length; i++) {
      const { binds, kind, uses } = this.#statements[users[i]!]!;
      for (let k = 0; k < binds.length; k++) this.#reach(binds[k]!);
      // what an effect puts into an object can be reached from there
      if (kind === "effect") mapForEach(uses, (_, other) => this.#reach(other));
    }
  }

  #classify(i: number): void {
    const statement = this.#statements[i]!;
    const target = this.#target(statement);
    if (target === undefined) {
      mapForEach(statement.uses, (_, name) => add(this.#deep, name, i));
    } else if (target.isDeep || !this.#isFresh(target.name)) {
      add(this.#deep, target.name, i);
    } else {
      add(this.#shallow, target.name, i);
    }
  }

  /**
   * What calls within a declaration change: `const a = Object.freeze(b)`. What is imported is not taken to change what it is given: or a class that is called would be needed for all
   * that its arguments share with others.
   */
  #classifyCalls(i: number): void {
    const { start, end } = this.#statements[i]!;
    const source = new Source(this.#text);
    source.pos = start;
    const tokens = new Tokens(source);
    let isNew = false;
    tokens.next();
    while (tokens.kind !== END && tokens.start < end) {
      const chain = isReserved(tokens.text) ? undefined : readChain(tokens);
      if (chain === undefined) {
        isNew = tokens.is("new");
        tokens.next();
        continue;
      }
      const isCall = tokens.is("(") && !isNew;
      isNew = false;
      if (!isCall) continue;
      if (this.#isValue(chain.name)) {
        add(this.#deep, chain.name, i);
      } else if (!setHas(makers, chain.path)) {
        tokens.next();
        const argument = readChain(tokens);
        if (argument !== undefined && this.#isValue(argument.name)) add(this.#deep, argument.name, i);
      }
    }
  }

  /** The target of an assignment, of a method, or of a call that acts on its first argument; undefined when it is none of these. */
  #target(statement: Statement): Target | undefined {
    const source = new Source(this.#text);
    source.pos = statement.start;
    const tokens = new Tokens(source);
    tokens.next();
    const chain = readChain(tokens);
    if (chain === undefined) return undefined;
    if (mapHas(this.#binder, chain.name)) {
      if (tokens.is("=")) return { name: chain.name, isDeep: chain.length > 1 };
      const isMethod =
        tokens.is("(") && (chain.last === "set" || chain.last === "add") && this.#isValue(chain.name);
      return isMethod ? { name: chain.name, isDeep: chain.length > 1 } : undefined;
    }
    if (!tokens.is("(")) return undefined;
    tokens.next();
    const argument = readChain(tokens);
    if (argument === undefined || !mapHas(this.#binder, argument.name) || !(tokens.is(",") || tokens.is(")")))
      return undefined;
    return { name: argument.name, isDeep: argument.length > 0 };
  }

  /** Whether a name is bound to what the module has made. */
  #isValue(name: string): boolean {
    const binder = mapGet(this.#binder, name);
    if (binder === undefined) return false;
    const { kind } = this.#statements[binder]!;
    return kind === "declaration" || kind === "export";
  }

  /** Whether a name is bound to an object that was made there, so that no other name leads to it but through this one. */
  #isFresh(name: string): boolean {
    const { binds, values } = this.#statements[mapGet(this.#binder, name)!]!;
    let at: number | undefined;
    for (let i = 0; i < binds.length; i++) if (binds[i] === name) at = values[i];
    if (at === undefined) return false;
    const source = new Source(this.#text);
    source.pos = at;
    const tokens = new Tokens(source);
    tokens.next(); // the `=`
    tokens.next();
    return tokens.is("{") || tokens.is("[") || tokens.is("new");
  }
}

/** What makes something new of its first argument, and leaves that as it is. */
// prettier-ignore
const makers: ReadonlySet<string> = new Set([
  "Object", "Object.create", "Object.fromEntries", "Array.from", "Function.prototype.bind.call", "Reflect.construct",
]);

/** `a.b[3]`: its name, the number of its members, the last of them, and all of them as far as they are names. */
function readChain(tokens: Tokens): { name: string; length: number; last: string; path: string } | undefined {
  if (tokens.kind !== NAME) return undefined;
  const name = tokens.text;
  let length = 0;
  let last = "";
  let path = name;
  tokens.next();
  while (tokens.is(".") || tokens.is("[")) {
    const bracket = tokens.is("[");
    let kind = tokens.next();
    last = bracket ? "" : tokens.text;
    path += `.${last}`;
    length++;
    if (bracket) {
      // an index is one token, or a path such as Symbol.iterator; anything more is not looked into
      while (!tokens.is("]")) {
        if (kind === END || tokens.is("(") || tokens.is("[") || tokens.is("{")) return undefined;
        kind = tokens.next();
      }
    }
    tokens.next();
  }
  return { name, length, last, path };
}

/** The members of array tables that the selected statements use. */
function rowsOf(
  statements: readonly Statement[],
  selected: readonly Statement[],
  isLoader: (specifier: string) => boolean,
): Set<string> | undefined {
  const loaders = new Set<string>();
  for (let i = 0; i < statements.length; i++) {
    const { kind, specifier, binds } = statements[i]!;
    if (kind === "import" && isLoader(specifier))
      for (let k = 0; k < binds.length; k++) setAdd(loaders, binds[k]!);
  }
  const tables = new Set<string>();
  for (let i = 0; i < statements.length; i++) {
    const { uses, binds } = statements[i]!;
    let loads = false;
    mapForEach(uses, (_, name) => {
      if (setHas(loaders, name)) loads = true;
    });
    if (loads) for (let k = 0; k < binds.length; k++) setAdd(tables, binds[k]!);
  }
  const rows = new Set<string>();
  let all = false;
  for (let i = 0; i < selected.length; i++) {
    mapForEach(selected[i]!.uses, (members, name) => {
      if (!setHas(tables, name)) return;
      setForEach(members, (member) => {
        if (member === "*") all = true;
        else setAdd(rows, member);
      });
    });
  }
  return all ? undefined : rows;
}

function add<K>(lists: Map<K, number[]>, key: K, item: number): void {
  const list = mapGet(lists, key);
  if (list === undefined) mapSet(lists, key, [item]);
  else list[list.length] = item;
}
