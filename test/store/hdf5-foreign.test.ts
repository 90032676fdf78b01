// Arrays put into HDF5 files that others have written, with h5py as the judge: what else they hold stays as it was.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { isPersistError, listArrays, readArray, writeArray, writeArrays } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** What h5py reads of every object, by each of its names. Of a virtual dataset nothing: its sources may be replaced. */
const READ = `
def content(value):
    return repr(value.tolist() if hasattr(value, "tolist") else value)

def look(item):
    if isinstance(item, h5py.Datatype):
        return "type"
    attributes = [(name, content(item.attrs[name])) for name in sorted(item.attrs) if not name.startswith(("DIM", "REF"))]
    if isinstance(item, h5py.Group):
        return ["group", repr(attributes)]
    try:
        return ["array", repr(attributes), str(item.dtype), "virtual" if item.is_virtual else content(item[()])]
    except Exception:
        return ["array", repr(attributes), "unreadable"]

def walk(group, path, seen, out):
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            out[path + name] = repr(type(group.get(name, getlink=True)))
            continue
        try:
            item = group[name]
            out[path + name] = look(item)
        except Exception:
            out[path + name] = "unreadable"
            continue
        if isinstance(item, h5py.Group) and item.id not in seen:
            walk(item, path + name + "/", seen + [item.id], out)
    return out

result = []
for path in given:
    with h5py.File(path, "r") as f:
        result.append(walk(f, "", [f.id], {}))
`;

/**
 * Damaged files that the library has died of when datasets of such names were put into them, or in which they were not
 * to be found afterwards.
 */
const WRITES: Record<string, string[]> = {
  "chunk-over-the-superblock": ["x"],
  "chunks-over-each-other": ["x"],
  "driver-block-over-a-header": ["new group/new"],
  "elements-over-a-header": ["a/b/c/d/e/f/g/h/x"],
  "key-that-is-no-name": ["new group/new"],
  "link-to-nothing": ["new", "hard", "d/new"],
  "no-empty-name": ["new group/new"],
  "room-over-a-block": ["new", "g/d8"],
  "root-in-too-short-a-header": ["g/new"],
  "tree-not-in-order": ["v"],
};

type Content = Record<string, unknown>;

const isGroup = (seen: unknown): boolean => Array.isArray(seen) && seen[0] === "group";

const folders = ["hdf5", "hdf5-kinds"].map((name) => `test/fixtures/${name}`);
/** It keeps a list of what is free in it, which a writer would go by. */
const REFUSED = "test/fixtures/hdf5-kinds/paged.h5";
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".h5") && !name.startsWith("bad-"))
    .map((name) => `${folder}/${name}`)
    .filter((path) => path !== REFUSED),
);

describe("writeArray into HDF5 files of others", () => {
  let written: { file: string; before: Content; after: Content; arrays: Record<string, Float64Array> }[] = [];

  before("writes into each", async () => {
    const directory = temporaryDirectory();
    const copies = files.map((original, k) => {
      const copy = join(directory, `${k}.h5`);
      copyFileSync(original, copy);
      return copy;
    });
    const contents = python<Content[]>(READ, copies);
    const arrays: Record<string, Float64Array>[] = [];
    for (const [k, file] of copies.entries()) {
      const groups = Object.entries(contents[k]!).filter(([, seen]) => isGroup(seen));
      const added = ["new", "made/deep/new", ...groups.map(([name]) => `${name}/new array`)];
      const replaced = (await listArrays(file)).slice(-4).map(({ name }) => name);
      const data = [...added, ...replaced].map((name, at) => [name, new Float64Array([at, at + 1])] as const);
      arrays.push(Object.fromEntries(data));
      await writeArray(`${file}#first`, new Int8Array([5]));
      await writeArrays(file, arrays.at(-1)!);
    }
    const after = python<Content[]>(READ, copies);
    written = copies.map((file, k) => ({
      file,
      before: contents[k]!,
      after: after[k]!,
      arrays: arrays[k]!,
    }));
  });

  for (const [k, original] of files.entries())
    it(`keeps what ${basename(original)} holds`, async () => {
      const { file, before: old, after, arrays } = written[k]!;
      for (const [name, data] of Object.entries(arrays)) {
        assert.deepEqual((await readArray(`${file}#${name}`)).data, data, name);
        assert.deepEqual(after[name], [
          "array",
          "[]",
          "float64",
          `[${[...data].map((x) => `${x}.0`).join(", ")}]`,
        ]);
      }
      for (const name of Object.keys(old))
        if (!(name in arrays)) assert.deepEqual(after[name], old[name], name);
    });

  it("refuses a file that keeps a list of what is free in it", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    copyFileSync(REFUSED, file);
    await assert.rejects(writeArray(`${file}#new`, new Int8Array(1)), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    assert.deepEqual(readFileSync(file), readFileSync(REFUSED));
  });

  for (const [name, datasets] of Object.entries(WRITES))
    it(`refuses ${name}, and leaves it as it was`, async () => {
      const directory = temporaryDirectory();
      const file = join(directory, "a.h5");
      copyFileSync(`test/fixtures/hdf5-writes/${name}.h5`, file);
      const before = readFileSync(file);
      const arrays = datasets.map((dataset) => [dataset, new Float64Array([1, 2])] as const);
      await assert.rejects(
        writeArrays(file, Object.fromEntries(arrays)),
        (error) => isPersistError(error, "PERSIST_CORRUPT") || isPersistError(error, "PERSIST_UNSUPPORTED"),
      );
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(readdirSync(directory), ["a.h5"]);
    });
});
