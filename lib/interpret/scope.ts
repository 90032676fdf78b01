// The names of one module: what is bound to each, and which globals have been used.

import { isReserved } from "./names.ts";
import { mapGet, mapHas, mapSet, setAdd, setHas } from "./natives.ts";
import type { Source } from "./source.ts";

export const VALUE = 0;
export const IMPORT = 1;
export const LOADER = 2;
export const BYTES = 3;
export const FILL = 4;
export const ARGUMENTS = 5;
export const LINK = 6;

/** The helper functions. */
export type HelperKind = typeof BYTES | typeof FILL | typeof ARGUMENTS | typeof LINK;

/** What a name is bound to. */
export interface Binding {
  readonly kind: typeof VALUE | typeof IMPORT | typeof LOADER | HelperKind;
  /** Of VALUE and IMPORT. */
  readonly value: unknown;
  /** Of IMPORT: where it comes from. */
  readonly specifier: string;
  /** Of IMPORT: the name of the export, "" for the namespace. */
  readonly name: string;
}

export class Scope {
  readonly #source: Source;
  readonly #bindings = new Map<string, Binding>();
  readonly #globals = new Set<string>();
  /** Binds the imports and functions that stand further down, which count from the beginning of the module. Set by the module's reader. */
  hoist: () => void = () => undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The binding of a name at this point of the text, undefined when there is none. */
  get(name: string): Binding | undefined {
    return mapGet(this.#bindings, name);
  }

  /** The same for a name that may be bound further down, by an import or a function. */
  find(name: string): Binding | undefined {
    if (!mapHas(this.#bindings, name)) this.hoist();
    return mapGet(this.#bindings, name);
  }

  /** Notes that a name was taken for a global's, so that binding it later is a use before its definition. */
  useGlobal(name: string): void {
    setAdd(this.#globals, name);
  }

  bind(name: string, kind: Binding["kind"], value: unknown, at: number, specifier = "", exported = ""): void {
    this.check(name, at);
    mapSet(this.#bindings, name, { kind, value, specifier, name: exported });
  }

  /** Refuses a name that cannot be bound here. */
  check(name: string, at: number): void {
    if (name === "") this.#source.unexpected("a name", at);
    if (isReserved(name))
      this.#source.fail("PERSIST_SYNTAX", `found the word \`${name}\` where a name was expected`, at);
    if (mapHas(this.#bindings, name))
      this.#source.fail("PERSIST_SYNTAX", `the name \`${name}\` is defined twice`, at);
    if (setHas(this.#globals, name)) {
      this.#source.fail("PERSIST_SYNTAX", `the name \`${name}\` is used before its definition`, at);
    }
  }
}
