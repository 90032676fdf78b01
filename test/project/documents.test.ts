// Runs the programs of README.md and the cookbook as a user would: each ```js block that imports something is a whole program, written to
// a directory where the package is installed under its name. What a line with console.log prints stands in its comment:
//
//     console.log(psi.shape); // [ 512, 512 ]
//
// A first line `// name.js` gives the file its name, so that a later block can import it. Blocks run in their order, in
// one directory, because later ones read what earlier ones wrote.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { read, root } from "./checkout.ts";

interface Program {
  file: string;
  text: string;
  /** What it must print, line by line. */
  prints: string[];
}

/** The programs of a document, in their order. */
function programs(markdown: string): Program[] {
  const blocks = [...markdown.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
  return blocks
    .filter((text) => /^import\b/m.test(text) || text.startsWith("// "))
    .map((text, i) => ({
      file: /^\/\/ ([\w-]+\.m?js)\n/.exec(text)?.[1] ?? `example-${i + 1}.js`,
      text,
      prints: [...text.matchAll(/^\s*console\.log\(.*?\);(?: *\/\/ (.*))?$/gm)].map(([line, output]) => {
        assert.ok(output !== undefined, `nothing says what this prints: ${line.trim()}`);
        return output;
      }),
    }));
}

/** The hash in the loader's name changes with the loader. */
const masked = (text: string): string => text.replace(/_load-[0-9a-f]{6}/g, "_load-<hash>");

/** Describes the programs of a document, run in one directory, whose path `directory` gives. */
function describePrograms(document: string, more: (directory: () => string) => void = () => {}): void {
  describe(document, function () {
    this.timeout(60_000);
    const found = programs(read(document));
    let directory: string;

    before(() => {
      directory = temporaryDirectory();
      mkdirSync(join(directory, "node_modules"));
      symlinkSync(root, join(directory, "node_modules", "persist-archive"), "dir");
      writeFileSync(join(directory, "package.json"), '{ "name": "my-project", "type": "module" }\n');
    });

    it("has programs, and they say what they print", () => {
      assert.ok(found.length > 0);
      assert.ok(found.some(({ prints }) => prints.length > 0));
    });

    for (const { file, text, prints } of found) {
      it(`${file} prints what it says: ${prints.join(" | ") || "nothing"}`, () => {
        writeFileSync(join(directory, file), text);
        const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
          cwd: directory,
          encoding: "utf8",
          timeout: 30_000,
        });
        assert.equal(stderr, "");
        assert.equal(status, 0);
        assert.deepEqual(stdout.split("\n").slice(0, -1), prints);
      });
    }

    more(() => directory);
  });
}

describePrograms("docs/cookbook.md");

describePrograms("README.md", (directory) => {
  it("shows what the first program writes", () => {
    const shown = /^```text\n(\/\/ persist-archive format[\s\S]*?)^```/m.exec(read("README.md"))![1]!;
    assert.equal(masked(readFileSync(join(directory(), "out", "run", "index.js"), "utf8")), masked(shown));
  });

  it("shows an import that works without the library", () => {
    const line = /^ {4}(import \{.*\} from "\.\/out\/run\/index\.js";)$/m.exec(read("README.md"))![1]!;
    writeFileSync(join(directory(), "plain.js"), `${line}\nconsole.log(psi.shape, parameters.g);\n`);
    const { stdout, stderr } = spawnSync(process.execPath, ["plain.js"], {
      cwd: directory(),
      encoding: "utf8",
    });
    assert.equal(stdout, "[ 512, 512 ] 100\n", stderr);
  });

  it("shows Python that reads the array", () => {
    const line = /^psi = np\.load.*$/m.exec(read("README.md"))![0];
    const program = `import os\nos.chdir(given)\n${line}\nresult = [list(psi.shape), psi.dtype.name]`;
    assert.deepEqual(python(program, directory()), [[512, 512], "complex128"]);
  });

  it("names the two commands, and they are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const command of ["start", "test"]) {
      assert.match(read("README.md"), new RegExp(`npm ${command}\\b`));
      assert.ok(command in scripts);
    }
  });
});
