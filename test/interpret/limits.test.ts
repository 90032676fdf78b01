// Budgets and sizes: what is too much is PERSIST_LIMIT, what is large or deep is read in time.
import assert from "node:assert/strict";
import { restore } from "persist-archive";
import { helpers } from "#dist/helpers.js";
import { interpret, type Limits } from "#dist/interpret/interpret.js";

const link = helpers.link.text("link");
const bytes = helpers.bytes.text("bytes");

function crosses(text: string, limits: Partial<Limits>): void {
  assert.throws(() => interpret(text, { limits }), { code: "PERSIST_LIMIT" });
}

/** The processor's time for it, so that other processes do not count. */
function cpu_ms(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe("limits", () => {
  it("of bytes", () => {
    crosses("export const a = 'éééé';", { text_bytes: 26 });
    interpret("export const a = 'éééé';", { limits: { text_bytes: 28 } });
  });

  it("of nodes", () => {
    const texts = [
      "[[], [], []]",
      "[{}, {}, {}]",
      "[/a/, /b/, /c/]",
      "[new Map(), new Set(), new Date(0)]",
      "JSON.parse('[[],[],[]]')",
      'JSON.parse(\'["[{\\\\"", {}, {}, {}]\')',
    ];
    for (const text of texts) {
      crosses(`export const a = ${text};`, { nodes: 3 });
      interpret(`export const a = ${text};`, { limits: { nodes: 4 } });
    }
  });

  it("of nodes in JSON, in however many pieces", () => {
    const piece = "JSON.parse(String.raw`[[], [], {}, 1, 2, 3]`)";
    crosses(`export const a = [${`${piece}, `.repeat(100)}];`, { nodes: 350 });
    interpret(`export const a = [${`${piece}, `.repeat(100)}];`, { limits: { nodes: 450 } });
  });

  it("of elements, those that are copied included", () => {
    crosses(`export const a = [${"1,".repeat(101)}];`, { array_elements: 100 });
    crosses(`export const a = JSON.parse("[${"1,".repeat(101)}1]");`, { array_elements: 100 });
    crosses("const a = [1, 2, 3], b = [...a, ...a, ...a]; export const c = [...b, ...b, ...b];", {
      array_elements: 40,
    });
    crosses("const a = { x: 1, y: 2 }; export const b = [{ ...a }, { ...a }, Object.assign({}, a)];", {
      array_elements: 8,
    });
  });

  it("of bytes in buffers that a text merely claims", () => {
    for (const text of [
      "new ArrayBuffer(2 ** 40)",
      "new Float64Array(2 ** 37)",
      "new ArrayBuffer(1, { maxByteLength: 2 ** 40 })",
      "new SharedArrayBuffer(2 ** 40)",
      "Buffer.alloc(2 ** 33)",
    ]) {
      crosses(`export const a = ${text};`, {});
    }
    crosses("export const a = [new Uint8Array(600), new Uint8Array(600)];", { buffer_bytes: 1000 });
  });

  it("of the digits of a BigInt", () => {
    crosses(`export const a = ${"9".repeat(1001)}n;`, { bigint_digits: 1000 });
    crosses(`export const a = BigInt("${"9".repeat(1001)}");`, { bigint_digits: 1000 });
    assert.equal(
      interpret(`export const a = ${"9".repeat(1000)}n;`, { limits: { bigint_digits: 1000 } })["a"],
      10n ** 1000n - 1n,
    );
  });

  it("do not stop a BigInt of 10^6 digits, which takes less than a second", () => {
    const text = `export const a = ${"7".repeat(10 ** 6)}n;`;
    assert.ok(cpu_ms(() => restore(text)) < 1000);
  });
});

describe("small texts of much work end within a second", function () {
  const doubling = (first: string, next: (name: string) => string): string => {
    let text = `const a0 = ${first};`;
    for (let i = 1; i < 60; i++) text += `const a${i} = ${next(`a${i - 1}`)};`;
    return `${text}export const a = a59;`;
  };
  const many = (count: number, statement: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => statement(i)).join("\n");

  const cases: Record<string, [text: string, isLimit: boolean]> = {
    "doubling by spread": [doubling("[1, 2]", (a) => `[...${a}, ...${a}]`), true],
    "doubling by sharing": [doubling("[1, 2]", (a) => `[${a}, ${a}]`), false],
    "a link through what is shared": [
      `${link}${doubling("{}", (a) => `[${a}, ${a}]`)}link([a59], "$");`,
      true,
    ],
    "a link in a circle": [`${link}const a = []; a[0] = a; link(a, "$");`, true],
    "a long chain of prototypes": [
      `const a0 = {};\n${many(25000, (i) => `const a${i + 1} = { __proto__: a${i} };`)}\nexport { a25000 };`,
      false,
    ],
    "writes to the end of a long chain": [
      `const a0 = {};\n${many(15000, (i) => `const a${i + 1} = { __proto__: a${i} };`)}\n${many(15000, (i) => `a15000.x${i} = 1;`)}`,
      true,
    ],
    "prototypes set along a long chain": [
      `${many(15000, (i) => `const a${i} = {};`)}\n${many(14999, (i) => `Object.setPrototypeOf(a${i + 1}, a${i});`)}`,
      true,
    ],
    "a string of JSON parsed again and again": [
      `const s = "[${"[],".repeat(100000)}0]";\n${many(20000, () => "JSON.parse(s);")}`,
      true,
    ],
    "a BigInt made again and again": [
      `const s = "${"7".repeat(400000)}";\n${many(20000, () => "BigInt(s);")}`,
      true,
    ],
    "base64 read again and again": [
      `${bytes}const s = "${"AAAA".repeat(100000)}";\n${many(20000, () => "bytes(s);")}`,
      true,
    ],
    "bytes copied again and again": [
      `const b = new Uint8Array(100000000), c = new Uint8Array(100000000);\n${many(10000, () => "Uint8Array.prototype.set.call(b, c);")}`,
      true,
    ],
    "lengths that are claimed": [many(20000, (i) => `const a${i} = [1]; a${i}.length = 30000000;`), false],
    "lengths that are defined": [
      many(10000, (i) => `const a${i} = []; Object.defineProperty(a${i}, "length", { value: 3e7 });`),
      false,
    ],
    "lengths that are assigned": [
      many(10000, (i) => `const a${i} = Object.assign([], { length: 3e7 });`),
      false,
    ],
    "comments and white space": [`/*${" ".repeat(500000)}*/${"\n".repeat(500000)}`, false],
    "unclosed strings": [`export const a = ${"'".repeat(3)}${"\\'".repeat(300000)}`, false],
    "a sparse array": [
      "const a = []; a[4294967294] = 1; a.length = 4294967290; export const b = new Array(30000000);",
      false,
    ],
    "backslashes before a backtick": [`export const a = String.raw\`${"\\".repeat(10 ** 6)}\`;`, false],
    "many backticks behind backslashes": [`export const a = String.raw\`${"\\`".repeat(300000)}\`;`, false],
    "many brackets that stay open": ["[".repeat(10 ** 6), false],
    "many signs": [`export const a = ${"- ".repeat(400000)}1;`, false],
    "many powers": [`export const a = ${"2 ** ".repeat(200000)}1;`, false],
    "many parentheses": [`export const a = ${"(".repeat(400000)}1${")".repeat(400000)};`, false],
    "many members": [`const a = {}; export const b = a${".b".repeat(300000)};`, false],
    "many news": [`export const a = ${"new ".repeat(200000)}Map;`, false],
    "unknown names in parentheses": [`export const a = ${"(a".repeat(300000)}`, false],
    "a regular expression of many groups": [
      `export const a = /${"(".repeat(100000)}${")".repeat(100000)}/;`,
      false,
    ],
    "names that come too early": [many(20000, (i) => `export const a${i} = Map;`), false],
    "many exports": [
      `${many(20000, (i) => `const a${i} = 1;`)}\nexport { ${many(20000, (i) => `a${i},`)} };`,
      false,
    ],
  };
  for (const [name, [text, isLimit]] of Object.entries(cases)) {
    it(name, () => {
      assert.ok(text.length < 1.1e6, `${text.length}`);
      let code: unknown;
      const elapsed = cpu_ms(() => {
        try {
          restore(text);
        } catch (error) {
          code = (error as { code: string }).code;
        }
      });
      // that of the collector's threads is in it
      assert.ok(elapsed < 2000, `${elapsed} ms`);
      if (isLimit) assert.equal(code, "PERSIST_LIMIT");
      else assert.notEqual(code, "PERSIST_LIMIT");
    });
  }
});

describe("depth", () => {
  it("of 10^6 levels is read without recursion", function () {
    this.timeout(60_000);
    const depth = 10 ** 6;
    const texts = [
      `export const a = ${"[".repeat(depth)}${"]".repeat(depth)};`,
      `export const a = ${"{a:".repeat(depth)}1${"}".repeat(depth)};`,
      `export const a = JSON.parse(String.raw\`${"[".repeat(depth)}${"]".repeat(depth)}\`);`,
      `export const a = ${"Object.freeze([".repeat(depth / 10)}${"])".repeat(depth / 10)};`,
      `const _ = []; _[0] = [];\n${Array.from({ length: depth / 10 }, (_, i) => `_[${i + 1}] = [_[${i}]];`).join("\n")}\nexport const a = _[${depth / 10}];`,
    ];
    for (const text of texts) {
      let level: unknown = restore(text)["a"];
      let levels = 0;
      while (typeof level === "object" && level !== null) {
        levels++;
        level = Object.values(level)[0];
      }
      assert.ok(levels === depth || levels === depth / 10 || levels === depth / 10 + 1, `${levels}`);
    }
  });

  it("of a text that ends too early is an error", () => {
    assert.throws(() => restore(`export const a = ${"[".repeat(10 ** 6)}`), { code: "PERSIST_SYNTAX" });
  });
});
