// Zip records where the numbers are large: Python's zipfile reads them, and the files are holes.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { native } from "#dist/native.js";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

function writeHoles(path: string, entries: readonly { name: string; size_bytes: number }[]): void {
  const { createZip, addToZip, zipEnd, zipRecords } = native();
  const zip = createZip();
  for (const entry of entries) assert.equal(addToZip(zip, entry, 0) % 64, 0);
  const fd = openSync(path, "w");
  ftruncateSync(fd, zipEnd(zip));
  for (const { offset, data } of zipRecords(zip)) writeSync(fd, data, 0, undefined, offset);
  closeSync(fd);
}

const READ = `
import zipfile
with zipfile.ZipFile(given) as z:
    infos = z.infolist()
    for i in infos[:3] + infos[-3:]:
        z.open(i).close()   # compares the local header with the central one
    result = [[i.filename, i.file_size] for i in infos[:5] + infos[-5:]], len(infos)
`;

describe("zip records", () => {
  for (const [what, entries] of [
    ["just below 4 GiB", [{ name: "a", size_bytes: 2 ** 32 - 2 }]],
    ["at the largest 32-bit number", [{ name: "a", size_bytes: 2 ** 32 - 1 }]],
    [
      "above 4 GiB, with entries that begin beyond it",
      [
        { name: "a", size_bytes: 2 ** 32 + 5 },
        { name: "é😀.npy", size_bytes: 7 },
        { name: "c", size_bytes: 2 ** 33 },
      ],
    ],
    ["70,000 in number", Array.from({ length: 70_000 }, (_, k) => ({ name: `x${k}`, size_bytes: k % 3 }))],
  ] as const) {
    it(`serve entries ${what}`, () => {
      const path = join(temporaryDirectory(), "a.zip");
      writeHoles(path, entries);
      const pairs = entries.map(({ name, size_bytes }) => [name, size_bytes]);
      assert.deepEqual(python(READ, path), [[...pairs.slice(0, 5), ...pairs.slice(-5)], entries.length]);
    });
  }
});
