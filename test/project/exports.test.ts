// The names that the package exports. A name that comes or goes is a change for users: it belongs in the changelog too.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as library from "persist-archive";
import { read } from "./checkout.ts";

const VALUES = [
  "Archive",
  "ArrayFile",
  "Checkpoints",
  "DataSet",
  "NDArray",
  "PersistError",
  "RecordArray",
  "createArray",
  "isPersistError",
  "listArrays",
  "lockFile",
  "mapArray",
  "open",
  "openArray",
  "readArray",
  "readArrays",
  "register",
  "represent",
  "restore",
  "save",
  "stringify",
  "tryLockFile",
  "verify",
  "writeArray",
  "writeArrays",
];

const TYPES = [
  "ArrayFileKind",
  "ArrayFileOptions",
  "ArrayInfo",
  "CheckpointsOptions",
  "CodeTag",
  "Complex",
  "CreateArrayOptions",
  "DataSetEntry",
  "DataSetOptions",
  "Durability",
  "Element",
  "ErrorCode",
  "ErrorDetails",
  "GetOptions",
  "Latest",
  "LatestOptions",
  "ListArraysOptions",
  "Lock",
  "LockFileOptions",
  "LockMode",
  "LockOptions",
  "MapArrayOptions",
  "MappedArray",
  "NDArrayFields",
  "NamedArrays",
  "OpenArrayOptions",
  "OpenOptions",
  "OpenStepOptions",
  "PathOptions",
  "Problem",
  "Progress",
  "ReadArrayOptions",
  "ReadArraysOptions",
  "RecordField",
  "RestoreOptions",
  "Rule",
  "SaveOptions",
  "SaveReport",
  "SaveStepOptions",
  "Selection",
  "Skipped",
  "StringifyOptions",
  "Template",
  "Ticket",
  "TrajectoryOptions",
  "Transaction",
  "TrustOptions",
  "TypedArray",
  "Verification",
  "VerifyOptions",
  "WriteArrayOptions",
  "WriteArraysOptions",
];

/** Names that a declaration file exports as types: `export type { A }`, `export { type A }`, `export interface A`. */
function exportedTypes(text: string): string[] {
  const names = [...text.matchAll(/^export (?:declare )?(?:interface|type) (\w+)/gm)].map(
    ([, name]) => name!,
  );
  for (const [, all, list] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const entry of list!.split(",").map((item) => item.trim())) {
      const isType = all !== undefined || entry.startsWith("type ");
      if (isType && entry !== "") names.push(entry.replace(/^type /, "").replace(/^.* as /, ""));
    }
  }
  return names.toSorted();
}

describe("the package's exports", () => {
  it("are these values", () => assert.deepEqual(Object.keys(library).toSorted(), VALUES));

  it("are these types", () => assert.deepEqual(exportedTypes(read("dist/index.d.ts")), TYPES));

  it("are the same through require()", function () {
    // Node 20.19 and newer load ES modules by require(), unless that is switched off.
    const required = createRequire(import.meta.url)("persist-archive") as Record<string, unknown>;
    assert.equal(required["PersistError"], library.PersistError);
  });

  it("have no default, and nothing but named exports", () => {
    assert.equal("default" in library, false);
    assert.doesNotMatch(read("lib/index.ts"), /export \*|export default/);
  });
});
