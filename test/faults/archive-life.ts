// An archive that is saved again and again to one path, in every format, stopped by a crash of the machine: the path holds the last one that was acknowledged or the one
// under way, whole, and can be saved to.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { open, save, type SaveOptions } from "persist-archive";
import { loaderName, loaderText } from "#dist/store/loader.js";
import { difference } from "../support/isomorphic.ts";
import type { Life } from "./life.ts";

type Form = "package" | "module";

const LATER_MS = 65_000;

const ramp = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i / 7);

const SAVES: readonly { readonly items: Record<string, unknown>; readonly options: SaveOptions }[] = [
  { items: { psi: ramp(300), note: { step: 0 } }, options: {} },
  { items: { psi: ramp(400), more: ramp(150), note: { step: 1 } }, options: { backup: true } },
  { items: { psi: ramp(200) }, options: { arrays: "hdf5" } },
  { items: { psi: ramp(500), more: ramp(200) }, options: { arrays: "npz" } },
  { items: { note: "without arrays" }, options: { backup: true } },
];

const SYNCS: Readonly<Record<Form, ReadonlyMap<string, RegExp>>> = {
  package: new Map([
    ["the array files", /\/_arrays\/[^/]+\.(?:npy|npz|h5)$|\/_arrays\/\.[^/]+\.tmp$/],
    ["the directory of the array files", /\/_arrays$/],
    ["the array loader", /\/_load-\w+\.js$/],
    ["the package.json", /\/package\.json$/],
    ["the module of a new archive", /\/\.run\.\w+\.tmp\/index\.js$/],
    ["the directory of a new archive", /\/\.run\.\w+\.tmp$/],
    ["the directory above", /^$/],
    ["the module that replaces another", /\/\.index\.js\.\w+\.tmp$/],
    ["the directory", /\/run$/],
  ]),
  module: new Map([
    ["the array files", /\/run_arrays\/[^/]+\.(?:npy|npz|h5)$|\/run_arrays\/\.[^/]+\.tmp$/],
    ["the directory of the array files", /\/run_arrays$/],
    ["the array loader", /_load-\w+\.mjs\.\w+\.tmp$/],
    ["the module", /\/\.run\.mjs\.\w+\.tmp$/],
    ["the directory", /^$/],
  ]),
};

export function archiveLife(form: Form): Life {
  const pathIn = (directory: string): string => join(directory, form === "package" ? "run" : "run.mjs");
  return {
    syncs: SYNCS[form],
    async run(directory, durability, mark) {
      const now = Date.now;
      for (const [k, { items, options }] of SAVES.entries()) {
        // later by more than a minute, so that what is superseded goes
        Date.now = () => now() + k * LATER_MS;
        mark("begin", k);
        await save(pathIn(directory), items, {
          ...options,
          form,
          overwrite: k > 0,
          durability: durability === "process" ? "process" : "full",
        });
        mark("ack", k);
      }
    },
    async check(directory, acknowledged, begun) {
      const path = pathIn(directory);
      if (acknowledged >= 0 || existsSync(path))
        await checkArchive(directory, path, form, SAVES.slice(Math.max(acknowledged, 0), begun + 1));
    },
  };
}

async function checkArchive(
  directory: string,
  path: string,
  form: Form,
  possible: typeof SAVES,
): Promise<void> {
  const found = { ...(await open(path, { map: false })) };
  assert.ok(
    possible.some(({ items }) => difference(items, found) === null),
    `none of the archives that may be there, but ${Object.keys(found).join(", ")}`,
  );
  // what only an import needs
  if (Object.hasOwn(found, "psi"))
    assert.ok(
      readFileSync(join(directory, loaderOf[form]), "utf8") === loaderText,
      "the loader is not whole",
    );
  if (form === "package") {
    const { type } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { type: string };
    assert.equal(type, "module");
  }
  await save(path, { after: ramp(120) }, { form, overwrite: true, durability: "process" });
  assert.equal(difference({ after: ramp(120) }, { ...(await open(path, { map: false })) }), null);
}

const loaderOf: Readonly<Record<Form, string>> = {
  package: join("run", loaderName("package")),
  module: loaderName("module", "run"),
};
