// Reads who imports what: in lib/ from the compiler and from its output, in native/ from the #include lines.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parse } from "acorn";
import { filesBelow, read, root } from "./checkout.ts";
import type { Import } from "./layers.ts";

/** Imports among the files of lib/, of types too, as the compiler resolved them. */
export function libImports(): Import[] {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", root, "--noEmit", "--explainFiles"], {
    cwd: root,
    encoding: "utf8",
  });
  const imports: Import[] = [];
  let to = "";
  for (const line of stdout.split("\n")) {
    const from = /^\s+Imported via .* from file '(.*?)'/.exec(line)?.[1];
    if (from === undefined) to = /^\s/.test(line) ? to : line.trim();
    else if (from.startsWith("lib/") && to.startsWith("lib/")) imports.push({ from, to });
  }
  return imports;
}

/** A node of a syntax tree, as far as a search of the tree needs to know it. */
export interface SyntaxNode {
  type: string;
  start: number;
  [key: string]: unknown;
}

/** Visits a syntax tree from the top; where `visit` returns false, what is below the node is left out. */
export function walk(tree: SyntaxNode, visit: (node: SyntaxNode) => boolean): void {
  const waiting: unknown[] = [tree];
  for (let value = waiting.pop(); waiting.length > 0 || value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) waiting.push(...(value as unknown[]));
    else if (typeof value === "object" && value !== null && "type" in value) {
      const node = value as SyntaxNode;
      if (visit(node)) waiting.push(...Object.values(node));
    }
  }
}

/** Whether a module waits for something while it is evaluated, so that `require()` of it is refused. */
export function hasTopLevelAwait(tree: SyntaxNode): boolean {
  let found = false;
  walk(tree, (node) => {
    found ||= node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node["await"] === true);
    return !/Function/.test(node.type);
  });
  return found;
}

export function parseModule(text: string): SyntaxNode {
  return parse(text, { ecmaVersion: 2024, sourceType: "module" }) as unknown as SyntaxNode;
}

/** The compiled files of lib/, each with its syntax tree. */
export function compiledLib(): { source: string; tree: SyntaxNode }[] {
  return filesBelow("lib")
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((source) => {
      const compiled = source.replace(/^lib/, "dist").replace(/\.ts$/, ".js");
      return { source, tree: parseModule(read(compiled)) };
    });
}

/** Imports of modules that are not files of ours (`node:fs`), by `import`, `export … from`, `import()` or `require()`. */
export function moduleImports(): Import[] {
  const imports: Import[] = [];
  for (const { source, tree } of compiledLib()) {
    walk(tree, (node) => {
      const callee = node["callee"] as SyntaxNode | undefined;
      const isRequire = node.type === "CallExpression" && callee?.["name"] === "require";
      const target = (isRequire ? (node["arguments"] as SyntaxNode[])[0] : node["source"]) as
        SyntaxNode | undefined;
      const specifier = target?.["value"];
      if (typeof specifier === "string" && !specifier.startsWith("."))
        imports.push({ from: source, to: specifier });
      return true;
    });
  }
  return imports;
}

/** `#include` lines of native/: of our own files (in quotes, from native/), and of headers of others (in angle brackets). */
export function nativeIncludes(): { own: Import[]; system: Import[] } {
  const own: Import[] = [];
  const system: Import[] = [];
  for (const from of filesBelow("native").filter((path) => /\.(c|cc|h)$/.test(path))) {
    for (const [, open, name] of read(from).matchAll(/^\s*#\s*include\s*(["<])([^">]+)[">]/gm)) {
      if (open === '"') own.push({ from, to: join("native", name!) });
      else system.push({ from, to: name! });
    }
  }
  return { own, system };
}
