// The README's code works, and writes what the README shows. A block that imports the library is a program of its own; the blocks
// run one after the other in one empty directory, as a reader would run them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { read, root } from "./checkout.ts";

const readme = read("README.md");

/** The blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, text]) => text!,
  );
}

/** The hash in the loader's name changes with the loader. */
const masked = (text: string): string => text.replace(/_load-[0-9a-f]{6}/g, "_load-<hash>");

describe("README.md", () => {
  const programs = blocks("js").filter((text) => /^import .* from "persist-archive";$/m.test(text));
  let directory: string;

  before(() => {
    directory = temporaryDirectory();
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(root, join(directory, "node_modules", "persist-archive"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  });

  it("has programs to run", () => assert.ok(programs.length >= 2));

  for (const [i, program] of programs.entries())
    it(`has a program ${i + 1} that runs`, () => {
      const file = join(directory, `program-${i + 1}.js`);
      writeFileSync(file, program);
      const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
        cwd: directory,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      if (i === 0) assert.equal(stdout, "[ 512, 512 ] harmonic\n");
    });

  it("shows what the first program writes", () => {
    const shown = blocks("text").find((text) => text.startsWith("// persist-archive format"));
    assert.equal(masked(shown!), masked(readFileSync(join(directory, "out", "run", "index.js"), "utf8")));
  });

  it("shows an import that works without the library", () => {
    const line = /^ {4}(import \{.*\} from "\.\/out\/run\/index\.js";)$/m.exec(readme)![1]!;
    const elsewhere = join(directory, "plain.js");
    writeFileSync(elsewhere, `${line}\nconsole.log(psi.shape, parameters.g);\n`);
    const { stdout, stderr } = spawnSync(process.execPath, [elsewhere], { cwd: directory, encoding: "utf8" });
    assert.equal(stdout, "[ 512, 512 ] 100\n", stderr);
  });

  it("shows Python that reads the array", () => {
    const line = /^psi = np\.load.*$/m.exec(blocks("python").join("\n"))![0];
    const program = `import os\nos.chdir(given)\n${line}\nresult = [list(psi.shape), psi.dtype.name]`;
    assert.deepEqual(python(program, directory), [[512, 512], "complex128"]);
  });
});
