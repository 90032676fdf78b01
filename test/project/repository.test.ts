// What holds for every file that is kept: links lead somewhere, nothing names a machine, commands are documented.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { read, root, trackedFiles } from "./checkout.ts";

const files = trackedFiles();
const text = files.filter((path) =>
  /\.(ts|mjs|cjs|js|json|md|cc|c|h|txt|sh|yml|py)$|(^|\/)\.?[a-z]+$/.test(path),
);
const documents = files.filter((path) => path.endsWith(".md") && !path.startsWith("test/fixtures/"));

describe("the repository", () => {
  it("has files to look at", () => {
    assert.ok(text.includes("package.json"));
    assert.ok(text.includes("lib/index.ts"));
    assert.ok(documents.includes("CONTRIBUTING.md"));
  });

  it("names no path of a particular machine and no registry's host", () => {
    const place = /(?<![\w}])\/(home\/[a-z]+|root|work)\//;
    const host = /https?:\/\/[^\s"')]*(registry|artifact|nexus|verdaccio)[^\s"')]*/i;
    const found = text
      .filter((path) => !path.startsWith("test/fixtures/") && path !== "test/project/repository.test.ts")
      .flatMap((path) =>
        read(path)
          .split("\n")
          .map((line, i) => `${path}:${i + 1}: ${line}`)
          .filter((line) => place.test(line) || host.test(line)),
      );
    assert.deepEqual(found, []);
  });

  it("locks versions and checksums, but not where packages come from", () => {
    for (const path of files.filter((file) => file.endsWith("package-lock.json"))) {
      const lock = JSON.parse(read(path)) as { packages: Record<string, Record<string, unknown>> };
      const entries = Object.entries(lock.packages).filter(([name]) => name !== "");
      assert.ok(entries.length > 0);
      for (const [name, entry] of entries) {
        assert.equal(entry["resolved"], undefined, `${path}: ${name}`);
        assert.equal(typeof entry["integrity"], "string", `${path}: ${name}`);
      }
    }
  });

  it("locks the packages of every platform, as npm ci demands", () => {
    const lock = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const names = Object.values(lock.packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    assert.ok(names.length > 0);
    assert.deepEqual(
      names.filter((name) => !(`node_modules/${name}` in lock.packages)),
      [],
    );
  });

  it("has documents whose links lead somewhere", () => {
    const broken: string[] = [];
    for (const path of documents) {
      const prose = read(path).replace(/^```[\s\S]*?^```/gm, "");
      for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const [file, anchor] = target!.split("#");
        const leads = file === "" ? path : normalize(join(dirname(path), file!));
        if (!existsSync(join(root, leads))) broken.push(`${path}: ${target}`);
        else if (anchor !== undefined && leads.endsWith(".md") && !headings(read(leads)).includes(anchor)) {
          broken.push(`${path}: ${target} (no such heading)`);
        }
      }
    }
    assert.deepEqual(broken, []);
  });

  it("has documents that name only files and folders that are there", () => {
    const source = /\.(ts|cc|c|h|sh|map|yml)$|^(lib|native|test|bench|examples)\/|\/.*\.mjs$/;
    const missing = documents.flatMap((path) =>
      [
        ...read(path)
          .replace(/^```[\s\S]*?^```/gm, "")
          .matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g),
      ]
        .map(([, name]) => name!)
        .filter((name) => source.test(name))
        // from the top of the checkout, or from a folder below it
        .filter((name) => !files.some((file) => `/${file}/`.includes(`/${name.replace(/\/$/, "")}/`)))
        .map((name) => `${path}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("documents every npm script in CONTRIBUTING.md, and none that is not there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    // A pre-script runs with the script that it prepares; npm itself has a command `pack`.
    const names = Object.keys(scripts).filter((name) => {
      const main = /^(?:pre|post)(.*)/.exec(name)?.[1];
      return main === undefined || !(main in scripts || main === "pack");
    });
    const rows = [...read("CONTRIBUTING.md").matchAll(/^\| `npm (?:run )?([\w:-]+)` +\|/gm)].map(
      ([, name]) => name!,
    );
    assert.deepEqual(rows.toSorted(), names.toSorted());
  });

  it("has nothing at its top level but documents and settings", () => {
    const top = files.filter((file) => !file.includes("/") && !/^\.|^[A-Z_]+\.md$/.test(file));
    assert.deepEqual(top.toSorted(), [
      "LICENSE",
      "binding.gyp",
      "package-lock.json",
      "package.json",
      "tsconfig.json",
    ]);
  });

  it("shows every folder of the top level, of lib/ and of native/ in CONTRIBUTING.md's tree", () => {
    const tree = /^```text\n([\s\S]*?)^```/m.exec(read("CONTRIBUTING.md"))?.[1] ?? "";
    const shown: string[] = [];
    let parent = "";
    for (const [, indent, name] of tree.matchAll(/^( *)([\w.-]+)\//gm)) {
      if (indent === "") parent = name!;
      shown.push(indent === "" ? name! : `${parent}/${name}`);
    }
    const folders = new Set<string>();
    for (const path of files.filter((file) => file.includes("/"))) {
      const [top, second, third] = path.split("/");
      folders.add(top!);
      if (third !== undefined && /^(lib|native)$/.test(top!)) folders.add(`${top}/${second}`);
    }
    const missing = [...folders].filter((folder) => !shown.includes(folder));
    assert.deepEqual(missing, []);
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ +(.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-"),
  );
}
