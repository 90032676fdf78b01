// Imports: what is given for them, what of it may be called, and what may be a prototype.
import assert from "node:assert/strict";
import { PersistError } from "persist-archive";
import { interpret, type InterpretOptions } from "#dist/interpret/interpret.js";

class Account {
  static Kind = class Kind {
    name = "kind";
  };
  static open(name: string): Account {
    return Object.assign(new Account(), { name, opener: this });
  }
  static get secret(): never {
    throw new Error("an accessor was run");
  }
  constructor(...args: unknown[]) {
    Object.assign(this, { args });
  }
}

const bank = {
  Account,
  default: Account,
  settings: { rate: 1 },
  "odd name": [1],
  make(this: unknown): unknown {
    return { self: this };
  },
  get lazy(): typeof Account {
    return Account;
  },
  proxied: new Proxy(
    {},
    {
      get(): never {
        throw new Error("a trap was run");
      },
      getOwnPropertyDescriptor(): never {
        throw new Error("a trap was run");
      },
      getPrototypeOf(): never {
        throw new Error("a trap was run");
      },
    },
  ),
};

const asked: string[] = [];
const trusting: InterpretOptions = {
  file: "here.mjs",
  resolveImport(specifier) {
    asked.push(specifier);
    return bank;
  },
  mayCall: () => true,
};
const careful: InterpretOptions = {
  ...trusting,
  mayCall: (specifier, name) => specifier === "bank" && name === "Account.Kind",
};

const read = (text: string, options = trusting): Record<string, unknown> => interpret(text, options);
const fails = (text: string, code: string, options = trusting): void => {
  assert.throws(
    () => read(text, options),
    (error) =>
      error instanceof PersistError && error.code === code && error.file === "here.mjs" && error.line! > 0,
  );
};

describe("imports", () => {
  it("are bound in every form", () => {
    const { a } = read(
      'import { Account } from "bank"; import { Account as B, settings as s, } from "bank"; import D from \'bank\'; import * as all from "bank"\n' +
        'import E, { "odd name" as odd } from "bank"; import F, * as also from "bank"; import {} from "bank"; export const a = [Account, B, s, D, all, E, odd, F, also];',
    );
    assert.deepEqual(a, [
      Account,
      Account,
      bank.settings,
      Account,
      bank,
      Account,
      bank["odd name"],
      Account,
      bank,
    ]);
  });

  it("may stand below their use", () => {
    assert.deepEqual(
      read('export const a = [Account]; import { Account } from "bank"; export const b = Account')["b"],
      Account,
    );
  });

  it("are asked for once for each statement, the loader's never", () => {
    asked.length = 0;
    read(
      'import { Account } from "bank"; import { load } from "./_load-3f9a1c.js"; import { load as l } from "./name_load-3f.mjs"; import { settings } from "../bank.js";',
    );
    assert.deepEqual(asked, ["bank", "../bank.js"]);
  });

  it("ask for what only looks like the loader", () => {
    asked.length = 0;
    for (const specifier of [
      "../_load-3f.js",
      "./a/_load-3f.js",
      "_load-3f.js",
      "./_load-xyz.js",
      "./_load-3f.json",
      "./_load-.js",
    ]) {
      assert.throws(() => read(`import { load } from "${specifier}";`), { code: "PERSIST_NOT_FOUND" });
    }
    assert.equal(asked.length, 6);
  });

  it("give members, own data properties only", () => {
    assert.equal(read('import { Account } from "bank"; export const a = Account.Kind;')["a"], Account.Kind);
    assert.equal(
      read('import * as all from "bank"; export const a = all.settings.rate, b = all["settings"]["rate"];')[
        "b"
      ],
      1,
    );
    fails('import { Account } from "bank"; export const a = Account.secret;', "PERSIST_UNTRUSTED_CODE");
    fails('import { proxied } from "bank"; export const a = proxied.x;', "PERSIST_UNTRUSTED_CODE");
    fails('import { missing } from "bank";', "PERSIST_NOT_FOUND");
    fails('import { Account } from "bank"; export const a = Account.missing;', "PERSIST_NOT_FOUND");
    fails('import { Account } from "bank"; export const a = Account.toString;', "PERSIST_NOT_FOUND");
  });

  it("may be values and prototypes without being called", () => {
    const { a, b, c, d } = read(
      'import { Account, proxied, settings } from "bank"; export const a = { __proto__: Account.prototype, name: "x" }, b = Object.create(settings), ' +
        "c = [proxied], d = Reflect.construct(Map, [], Account);",
      careful,
    ) as Record<string, object>;
    assert.ok(a instanceof Account);
    assert.deepEqual(Object.keys(a), ["name"]);
    assert.equal(Object.getPrototypeOf(b), bank.settings);
    assert.equal((c as unknown[])[0], bank.proxied);
    assert.ok(
      Object.getPrototypeOf(d) === Account.prototype &&
        Map.prototype.has.call(d as Map<unknown, unknown>, 1) === false,
    );
  });

  it("are called when the caller says so", () => {
    const { a, b, c, d, e } = read(
      'import { Account } from "bank"; import * as all from "bank"; const x = [1]; export const a = new Account(x, ...x), b = new Account.Kind, ' +
        'c = Account.open("n"), d = all.make(), e = new Account.Kind().name;',
    ) as Record<string, Record<string, unknown>>;
    assert.deepEqual(a!["args"], [[1], 1]);
    assert.ok(b instanceof Account.Kind);
    assert.equal(c!["opener"], Account);
    assert.equal(d!["self"], bank);
    assert.equal(e, "kind");
  });

  it("are not called otherwise", () => {
    assert.ok(
      read('import { Account } from "bank"; export const a = new Account.Kind();', careful)["a"] instanceof
        Account.Kind,
    );
    fails(
      'import { Account } from "bank"; export const a = new Account();',
      "PERSIST_UNTRUSTED_CODE",
      careful,
    );
    fails(
      'import { Account } from "bank"; export const a = Account.open("n");',
      "PERSIST_UNTRUSTED_CODE",
      careful,
    );
    fails(
      'import { Account } from "bank"; export const a = Account["open"]("n");',
      "PERSIST_UNTRUSTED_CODE",
      careful,
    );
    fails(
      'import { Account } from "bank"; const x = [Account]; export const a = new x[0]();',
      "PERSIST_UNTRUSTED_CODE",
    );
    fails('import { settings } from "bank"; settings();', "PERSIST_UNTRUSTED_CODE");
  });

  it("may stand behind getters in a module, as compilers write the exports of CommonJS", () => {
    assert.equal(read('import { lazy } from "bank"; export const a = lazy;')["a"], Account);
    assert.equal(read('import * as all from "bank"; export const a = all.lazy.Kind;')["a"], Account.Kind);
    assert.equal(read('export { lazy as a } from "bank";')["a"], Account);
  });

  it("are bound without being called, but for those of Node itself", () => {
    const { a, o } = read(
      'import { Account } from "bank"; const o = { n: 1 }; export { o }; export const a = Function.prototype.bind.call(Account.open, Account, "n");',
      careful,
    ) as { a: () => { name: string; opener: unknown }; o: object };
    assert.ok(o);
    assert.equal(a().opener, Account);
    for (const specifier of ["node:child_process", "child_process"]) {
      fails(
        `import { execSync } from "${specifier}"; export const a = { toString: Function.prototype.bind.call(execSync, null, "x") };`,
        "PERSIST_UNTRUSTED_CODE",
        { ...trusting, resolveImport: () => ({ execSync: () => assert.fail("it was run") }) },
      );
    }
    fails('import { Named } from "x"; Function.prototype.bind.call(Named, null);', "PERSIST_UNTRUSTED_CODE", {
      ...trusting,
      resolveImport: () => ({
        Named: class {
          static get name(): string {
            return assert.fail("it was run");
          }
        },
      }),
    });
  });

  it("are not changed", () => {
    for (const text of [
      "settings.rate = 2;",
      "Account.prototype.constructor = 1;",
      "const a = [settings]; a[0].rate = 2;",
      "const a = { s: settings }; a.s.rate = 2;",
      "Object.assign(settings, { rate: 2 });",
      "Object.defineProperty(settings, 'x', { value: 1 });",
      "Object.setPrototypeOf(Account.prototype, null);",
      "Object.freeze(settings);",
      "const a = new Account(); a.args = 1;",
    ]) {
      fails(`import { Account, settings } from "bank"; ${text}`, "PERSIST_UNTRUSTED_CODE");
    }
    assert.deepEqual(bank.settings, { rate: 1 });
    assert.ok(!Object.isFrozen(bank.settings));
  });

  it("pass errors of a constructor on", () => {
    const boom = new Error("boom");
    class Failing {
      constructor() {
        throw boom;
      }
    }
    assert.throws(
      () =>
        interpret('import { Failing } from "x"; new Failing();', {
          resolveImport: () => ({ Failing }),
          mayCall: () => true,
        }),
      (error) => error === boom,
    );
  });

  it("leave no accessor to be run that an imported function has put in", () => {
    const trap = (object: object): void =>
      void Object.defineProperty(object, "x", { get: () => assert.fail("it was run"), enumerable: true });
    for (const use of [
      "export const b = a.x;",
      "export const b = { ...a };",
      "Object.assign({}, a);",
      "a.x = 1;",
    ]) {
      fails(`import { trap } from "x"; const a = {}; trap(a); ${use}`, "PERSIST_UNTRUSTED_CODE", {
        ...trusting,
        resolveImport: () => ({ trap }),
      });
    }
  });
});
