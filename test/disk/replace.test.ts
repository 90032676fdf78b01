// Small files that are whole at every moment.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isPersistError } from "persist-archive";
import { createFile } from "#dist/disk/new-file.js";
import { replaceFile } from "#dist/disk/replace.js";
import { syncDirectory } from "#dist/disk/sync.js";
import { temporaryDirectory } from "../support/temporary.ts";

for (const durability of ["process", "full"] as const) {
  describe(`small files with ${durability} durability`, () => {
    let directory: string;
    beforeEach(() => (directory = temporaryDirectory()));

    it("are created once", async () => {
      const path = join(directory, "a.js");
      await createFile(path, "one", durability);
      await assert.rejects(
        createFile(path, "two", durability),
        (error) => isPersistError(error, "PERSIST_IO") && error.errno === 17 && error.file === path,
      );
      assert.equal(readFileSync(path, "utf8"), "one");
    });

    it("are not created through a link", async () => {
      symlinkSync("target", join(directory, "a.js"));
      await assert.rejects(createFile(join(directory, "a.js"), "x", durability), (error) =>
        isPersistError(error, "PERSIST_IO"),
      );
      assert.deepEqual(readdirSync(directory), ["a.js"]);
    });

    it("are replaced whole, and only themselves", async () => {
      writeFileSync(join(directory, "b.js"), "other");
      await replaceFile(directory, "a.js", "one", durability);
      await replaceFile(directory, "a.js", Buffer.from("two"), durability);
      assert.deepEqual(readdirSync(directory), ["a.js", "b.js"]);
      assert.equal(readFileSync(join(directory, "a.js"), "utf8"), "two");
    });

    it("replace a link, not its target", async () => {
      writeFileSync(join(directory, "target"), "precious");
      symlinkSync("target", join(directory, "a.js"));
      await replaceFile(directory, "a.js", "new", durability);
      assert.equal(readFileSync(join(directory, "target"), "utf8"), "precious");
      assert.equal(readFileSync(join(directory, "a.js"), "utf8"), "new");
    });

    it("leave no temporary when they cannot be put in place", async () => {
      mkdirSync(join(directory, "a.js"));
      await assert.rejects(
        replaceFile(directory, "a.js", "x", durability),
        (error) => isPersistError(error, "PERSIST_IO") && error.syscall === "rename",
      );
      assert.deepEqual(readdirSync(directory), ["a.js"]);
      await assert.rejects(replaceFile(join(directory, "none"), "a.js", "x", durability), (error) =>
        isPersistError(error, "PERSIST_NOT_FOUND"),
      );
    });

    it("are read whole while they are replaced again and again", async () => {
      const texts = ["a", "b"].map((letter) => letter.repeat(100_000));
      await replaceFile(directory, "a.js", texts[0]!, durability);
      let writing = true;
      const writer = (async () => {
        for (let k = 0; k < 40; k++) await replaceFile(directory, "a.js", texts[k % 2]!, durability);
        writing = false;
      })();
      let reads = 0;
      for (; writing; reads++) {
        assert.ok(texts.includes(readFileSync(join(directory, "a.js"), "utf8")));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writer;
      assert.ok(reads > 0);
    });
  });
}

describe("syncing a directory", () => {
  it("works, and says when there is none", async () => {
    const directory = temporaryDirectory();
    await syncDirectory(directory);
    await assert.rejects(syncDirectory(join(directory, "none")), (error) =>
      isPersistError(error, "PERSIST_NOT_FOUND"),
    );
  });
});
