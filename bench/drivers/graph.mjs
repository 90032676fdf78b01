// What the drivers of the graph trials share: each names only how its library writes a graph, or reads it back.
import { copyFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expectChain, makeChain } from "../data/chain.mjs";
import { expectDag, makeDag } from "../data/dag.mjs";
import { expectTree, makeTree } from "../data/tree.mjs";

/** The graphs there are: how to make one of so many nodes, and how to tell that one was read back whole. */
export const tree = { make: makeTree, expect: expectTree };
export const dag = { make: makeDag, expect: expectDag };

/** From the live graph to a written file. @param {(graph: object) => string | Uint8Array} encode */
export function saves(kind, encode) {
  return {
    run({ directory, nodes }) {
      const graph = kind.make(nodes);
      return () => writeFile(join(directory, "graph"), encode(graph));
    },
  };
}

/** From a file to the graph. `decode` gets its path. */
export function loads(kind, encode, decode) {
  return {
    prepare({ prepared, nodes }) {
      writeFileSync(join(prepared, "graph.mjs"), encode(kind.make(nodes)));
    },
    run({ prepared, nodes }) {
      const path = join(prepared, "graph.mjs");
      return {
        timed: () => decode(path),
        bytes: statSync(path).size,
        check: (graph) => kind.expect(graph, nodes),
      };
    },
  };
}

/** By a cold `import()` of a module whose default export is the graph. @param {(graph: object) => string} encode gives an expression */
export function imports(kind, encode) {
  return loads(
    kind,
    (graph) => `export default ${encode(graph)};\n`,
    async (path) => (await import(pathToFileURL(path).href)).default,
  );
}

/** The same for an archive: `save` writes one to a path, `read` gives back its item `graph`. */
export function archives(kind, save, read) {
  return {
    prepare: ({ prepared, nodes }) => save(join(prepared, "archive"), { graph: kind.make(nodes) }),
    run({ prepared, nodes }) {
      const path = join(prepared, "archive");
      const bytes = readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
      return {
        timed: async () => (await read(path)).graph,
        bytes,
        check: (graph) => kind.expect(graph, nodes),
      };
    },
  };
}

/** The trials of chains: an archive of one is written, to be read through one door. */
export function chains(read) {
  const save = async (path, items) =>
    (await import("./ours.mjs")).save(path, items, { durability: "process" });
  return {
    prepare: ({ prepared, shape, levels }) =>
      save(join(prepared, "archive"), { chain: makeChain(shape, levels) }),
    run: ({ prepared, levels }) => ({
      timed: async () => (await read(join(prepared, "archive", "index.js"))).chain,
      check: (chain) => expectChain(chain, levels),
    }),
  };
}

/** Trees of so many objects to text, one after the other, until `objects` are written in all. @param {(graph: object) => unknown} encode ours by default */
export function writesTrees(size, encode) {
  return {
    async run({ objects }) {
      const { stringify } = await import("./ours.mjs");
      const write = encode ?? ((graph) => stringify({ graph }));
      const graph = makeTree(Math.min(size, objects));
      return () => {
        for (let written = 0; written < objects; written += size) write(graph);
      };
    },
  };
}

/** Saves small modules into a directory in which others are. @param {number} count of others */
export function savesBeside(count) {
  return {
    async run({ directory, saves, scale }) {
      const { save } = await import("./ours.mjs");
      const one = (name) => save(join(directory, name), { a: 1 }, { form: "module", durability: "process" });
      await one("other");
      for (let k = 1; k < count * scale; k++)
        copyFileSync(join(directory, "other.mjs"), join(directory, `other${k}.mjs`));
      let number = 0;
      return { repeat: saves, timed: () => one(String(number++)) };
    },
  };
}
