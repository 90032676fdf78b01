// The reader of Python literals: what it accepts is what Python reads, and it evaluates nothing.
import assert from "node:assert/strict";
import { isPersistError } from "persist-archive";
import { parsePythonLiteral, type PythonLiteral, type PythonSequence } from "#dist/store/python-literal.js";
import { python } from "../support/python.ts";

/** As JSON that Python makes from its own reading: tuples and lists told apart, dicts as pairs. */
function plain(value: PythonLiteral): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value.kind === "dict") return { dict: [...value.entries].map(([key, item]) => [key, plain(item)]) };
  return { [value.kind]: value.items.map(plain) };
}

const GOOD = [
  "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
  " { \"a\" : ( 1 , ) , 'b' : [ ] }\n",
  "()",
  "[(), [()], {'x': None},]",
  "'it\\'s \\\"q\\\" \\\\ \\x41 \\u00e9 \\n'",
  "u'é😀'",
  "-12",
  "0",
  "[('a', '<f4', (2,)), (('title', 'b'), '>i2')]",
];

const BAD = [
  "",
  "   ",
  "(3)",
  "(,)",
  "(1,,)",
  "(1 2)",
  "[1, 2",
  "[1, 2)",
  "]",
  "1 2",
  "02",
  "0x2",
  "1_0",
  "2*3",
  "1.5",
  "{'a'}",
  "{'a': }",
  "{'a': 1 'b': 2}",
  "{'a': 1, 'a': 2}",
  "{1: 2}",
  "{[]: 1}",
  "{'a' 1}",
  "True()",
  "Truely",
  "'open",
  "'new\nline'",
  "'\\q'",
  "__import__('os')",
  "'a' + 'b'",
  "{**{}}",
];

describe("Python literals", () => {
  it("are read as Python reads them", () => {
    const seen = python(
      `
import ast
def plain(v):
    if isinstance(v, dict): return {"dict": [[k, plain(x)] for k, x in v.items()]}
    if isinstance(v, (list, tuple)): return {type(v).__name__: [plain(x) for x in v]}
    return v
result = [plain(ast.literal_eval(t.strip())) for t in given]
`,
      GOOD,
    );
    assert.deepEqual(
      GOOD.map((text) => plain(parsePythonLiteral(text, "x.npy"))),
      seen,
    );
  });

  for (const text of BAD) {
    it(`do not include ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parsePythonLiteral(text, "x.npy"),
        (error) => isPersistError(error, "PERSIST_FORMAT") && error.file === "x.npy",
      );
    });
  }

  it("may be nested 64 deep and no deeper, without using the call stack", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    parsePythonLiteral(nested(64), "x.npy");
    assert.throws(
      () => parsePythonLiteral(nested(65), "x.npy"),
      (error) => isPersistError(error, "PERSIST_LIMIT"),
    );
    assert.throws(
      () => parsePythonLiteral("(".repeat(10 ** 6), "x.npy"),
      (error) => isPersistError(error, "PERSIST_LIMIT"),
    );
  });

  it("take linear time", () => {
    const started = process.cpuUsage();
    const long = `[${"1, ".repeat(300_000)}]`;
    assert.equal((parsePythonLiteral(long, "x.npy") as PythonSequence).items.length, 300_000);
    assert.throws(() => parsePythonLiteral(`'${"\\\\".repeat(500_000)}`, "x.npy"));
    assert.ok(process.cpuUsage(started).user < 2_000_000);
  });

  it("keep __proto__ as a key like any other", () => {
    const dict = parsePythonLiteral("{'__proto__': {'x': 1}}", "x.npy");
    assert.deepEqual(plain(dict), { dict: [["__proto__", { dict: [["x", 1]] }]] });
    assert.equal(({} as { x?: number }).x, undefined);
  });
});
