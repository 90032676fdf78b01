// Rows of an array table are not believed: what they name must lie beneath the archive, be a plain file, and agree.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isPersistError, writeArray, type ErrorCode } from "persist-archive";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { npzStore } from "#dist/store/npz-store.js";
import { npyStore } from "#dist/store/npy-store.js";
import { openStored } from "#dist/store/open-stored.js";
import type { FileHead, TableRow } from "#dist/store/store.js";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const values = new Float64Array([1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
const array = { name: "a", dtype: "float64", shape: [2, 3], bytes: new Uint8Array(values.buffer) };

describe("opening a stored array", () => {
  let outside: string;
  let directory: string;

  beforeEach(async () => {
    outside = temporaryDirectory();
    directory = join(outside, "archive");
    mkdirSync(directory);
    await npyStore.write(directory, "_arrays/", [array], { durability: "process" });
    copyFileSync(join(directory, "_arrays/a.npy"), join(outside, "secret.npy"));
  });

  function refuses(row: TableRow, code: ErrorCode, head?: FileHead): void {
    for (const map of [true, false]) {
      for (const mode of ["c", "r+"] as const) {
        assert.throws(
          () => openStored(directory, row, head, { map, mode }),
          (error) => isPersistError(error, code) && error.file !== undefined,
          `${code} is expected for ${JSON.stringify(row)}`,
        );
      }
    }
  }

  it("works for a plain one", () => {
    const opened = openStored(directory, ["_arrays/a.npy", "<f8", [2, 3]], undefined, {
      map: true,
      mode: "c",
    });
    assert.deepEqual(opened.data, values);
    // "." and doubled slashes lead nowhere else
    openStored(directory, ["./_arrays//a.npy", "<f8", [2, 3]], undefined, { map: false, mode: "c" });
  });

  for (const file of [
    "../secret.npy",
    "_arrays/../../secret.npy",
    "_arrays/..",
    "/etc/passwd",
    "",
    ".",
    "_arrays/",
    "a\0.npy",
  ]) {
    it(`never leaves the directory: ${JSON.stringify(file)}`, () =>
      refuses([file, "<f8", [2, 3]], "PERSIST_PATH_ESCAPE"));
  }

  it("follows no link: not to a file, not to a directory, dangling or not", () => {
    symlinkSync("../../secret.npy", join(directory, "_arrays/link.npy"));
    symlinkSync("a.npy", join(directory, "_arrays/inside.npy"));
    symlinkSync("nowhere", join(directory, "_arrays/dangling.npy"));
    symlinkSync(outside, join(directory, "away"));
    refuses(["_arrays/link.npy", "<f8", [2, 3]], "PERSIST_SYMLINK");
    refuses(["_arrays/inside.npy", "<f8", [2, 3]], "PERSIST_SYMLINK");
    refuses(["_arrays/dangling.npy", "<f8", [2, 3]], "PERSIST_SYMLINK");
    refuses(["away/secret.npy", "<f8", [2, 3]], "PERSIST_SYMLINK");
  });

  it("works where the directory itself is reached through a link", () => {
    symlinkSync(directory, join(outside, "link"));
    const opened = openStored(join(outside, "link"), ["_arrays/a.npy", "<f8", [2, 3]], undefined, {
      map: true,
      mode: "c",
    });
    assert.deepEqual(opened.data, values);
  });

  it("takes plain files only, and hangs at no FIFO", () => {
    execFileSync("mkfifo", [join(directory, "_arrays/fifo.npy")]);
    mkdirSync(join(directory, "_arrays/dir.npy"));
    refuses(["_arrays/fifo.npy", "<f8", [2, 3]], "PERSIST_NOT_REGULAR_FILE");
    refuses(["_arrays/dir.npy", "<f8", [2, 3]], "PERSIST_NOT_REGULAR_FILE");
    refuses(["_arrays/a.npy/b", "<f8", [2, 3]], "PERSIST_NOT_REGULAR_FILE");
    refuses(["_arrays/none.npy", "<f8", [2, 3]], "PERSIST_NOT_FOUND");
    refuses(["none/a.npy", "<f8", [2, 3]], "PERSIST_NOT_FOUND");
  });

  it("refuses a file that holds another array than the row says", () => {
    refuses(["_arrays/a.npy", "<f8", [3, 2]], "PERSIST_CORRUPT");
    refuses(["_arrays/a.npy", "<f8", [6]], "PERSIST_CORRUPT");
    refuses(["_arrays/a.npy", "<i8", [2, 3]], "PERSIST_CORRUPT");
  });

  it("refuses a file that was cut short", () => {
    truncateSync(join(directory, "_arrays/a.npy"), 170);
    refuses(["_arrays/a.npy", "<f8", [2, 3]], "PERSIST_TRUNCATED");
  });

  it("reads an array that NumPy has saved anew, in whatever order or byte order", () => {
    const path = join(directory, "_arrays/a.npy");
    for (const [saved, stride] of [
      ["np.array(given['values']).reshape(2, 3) * 2", [3, 1]],
      ["np.asfortranarray(np.array(given['values']).reshape(2, 3) * 2)", [1, 2]],
      ["(np.array(given['values']).reshape(2, 3) * 2).astype('>f8')", [3, 1]],
    ] as [string, [number, number]][]) {
      python(`np.save(given["path"], ${saved})`, { path, values: [...values] });
      const opened = openStored(directory, ["_arrays/a.npy", "<f8", [2, 3]], undefined, {
        map: true,
        mode: "c",
      });
      assert.deepEqual(opened.stride, stride);
      assert.equal(opened.data[stride[0] + stride[1] * 2], 13);
    }
  });

  describe("in a file of many", () => {
    let row: TableRow;
    let head: FileHead;

    beforeEach(async () => {
      const stored = await hdf5Store.write(directory, "_arrays/", [array], { durability: "process" });
      row = stored.rows["a"]!;
      head = stored.heads[row[0]]!;
    });

    it("refuses one that something else has rewritten", () => {
      const path = join(directory, row[0]);
      python(
        `
with h5py.File(given, "a") as f:
    f["more"] = [1.0]`,
        path,
      );
      refuses(row, "PERSIST_CORRUPT", head);
    });

    it("refuses one that grew, shrank, or whose first page changed", () => {
      const path = join(directory, row[0]);
      const original = readFileSync(path);
      appendFileSync(path, "x");
      refuses(row, "PERSIST_CORRUPT", head);
      writeFileSync(path, original.subarray(0, -1));
      refuses(row, "PERSIST_CORRUPT", head);
      const changed = Buffer.from(original);
      changed[100]! ^= 1;
      writeFileSync(path, changed);
      refuses(row, "PERSIST_CORRUPT", head);
    });

    it("believes no offset or shape beyond the file", () => {
      const [file, descr] = row;
      for (const offset of [head[0] - 8, head[0] + 1, -8, 1.5, 2 ** 60, NaN]) {
        refuses([file, descr, [2, 3], offset], "PERSIST_TRUNCATED", head);
      }
      refuses([file, descr, [10 ** 6], 0], "PERSIST_TRUNCATED", head);
      refuses([file, descr, [2 ** 40, 2 ** 40], 0], "PERSIST_LIMIT", head);
      refuses([file, descr, Array.from({ length: 33 }, () => 1), 0], "PERSIST_LIMIT", head);
    });

    it("refuses an offset without a head, and nonsense for a shape or type", () => {
      refuses(row, "PERSIST_FORMAT");
      refuses([row[0], "<f8", [-1], 0], "PERSIST_FORMAT", head);
      refuses([row[0], "<f8", ["3"] as never, 0], "PERSIST_FORMAT", head);
      refuses([row[0], "<f8", 3 as never, 0], "PERSIST_FORMAT", head);
      refuses([row[0], "<f3", [1], 0], "PERSIST_FORMAT", head);
      refuses([row[0], 8 as never, [1], 0], "PERSIST_FORMAT", head);
    });
  });

  it("reads misaligned data by copy, and does not map it for writing", async () => {
    const path = join(directory, "_arrays/odd.npy");
    await writeArray(path, values);
    const file = readFileSync(path);
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (6,)}";
    const preamble = Buffer.from([...file.subarray(0, 8), header.length, 0]);
    writeFileSync(path, Buffer.concat([preamble, Buffer.from(header), file.subarray(128)]));
    const odd: TableRow = ["_arrays/odd.npy", "<f8", [6]];
    assert.deepEqual(openStored(directory, odd, undefined, { map: true, mode: "c" }).data, values);
    assert.throws(
      () => openStored(directory, odd, undefined, { map: true, mode: "r+" }),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
  });

  it("does not map a part of a zip file for writing: its checksum would no longer hold", async () => {
    const stored = await npzStore.write(directory, "_arrays/", [array], { durability: "process" });
    const row = stored.rows["a"]!;
    assert.throws(
      () => openStored(directory, row, stored.heads[row[0]], { map: true, mode: "r+" }),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    assert.deepEqual(openStored(directory, row, stored.heads[row[0]], { map: true, mode: "c" }).data, values);
  });
});
