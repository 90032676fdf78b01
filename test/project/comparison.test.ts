// What README.md says of this library beside others is what docs/values.md and docs/performance.md say, which the benchmarks write.
import assert from "node:assert/strict";
import { read } from "./checkout.ts";

const rows = (markdown: string): string[][] =>
  [...markdown.matchAll(/^\|(.*)\|$/gm)].map(([, row]) => row!.split("|").map((cell) => cell.trim()));

describe("README.md's comparison", () => {
  const text = /^## Compared with others\n([\s\S]*?)^\*\*Use something else/m.exec(read("README.md"))![1]!;
  const [head, , ...body] = rows(text);
  // "[devalue](https://…)" and "`v8.serialize`" are called "devalue" and "v8.serialize" elsewhere
  const libraries = head!.slice(1).map((cell) => /[\w.-]+/.exec(cell)![0]);

  /** A row of it, by the first words of the row. */
  function row(start: RegExp): Record<string, number> {
    const cells = body.find(([name]) => start.test(name!))!.slice(1);
    return Object.fromEntries(libraries.map((library, i) => [library, Number(cells[i])]));
  }

  it("counts values as docs/values.md does", () => {
    const page = read("docs/values.md");
    const counts = rows(page).filter(([, kept]) => /^\d+$/.test(kept!));
    const column = (k: number): Record<string, number> =>
      Object.fromEntries(
        libraries.map((library) => [
          library,
          Number(counts.find(([name]) => name!.split(" ")[0] === library)![k]),
        ]),
      );
    assert.deepEqual(row(/, kept$/), column(1));
    assert.deepEqual(row(/^of these, changed/), column(3));
    assert.equal(/^\| of (\d+) /m.exec(text)![1], /the (\d+) values/.exec(page)![1]);
  });

  for (const [start, trial] of [
    [/to save 200,000/, "graph-save"],
    [/to import them/, "graph-import"],
  ] as const) {
    it(`has the ratios of ${trial}`, () => {
      const sections = read("docs/performance.md").split(/^### /m);
      const table = sections.find((section) => section.includes(`\n\`${trial}\`, `))!;
      const names: Record<string, string> = { JSON: "json", "v8.serialize": "v8" };
      const ratios = libraries.map((library) => {
        const found = rows(table).find(([name]) => name === (names[library] ?? library))!;
        return [library, Number(found[3])];
      });
      assert.deepEqual(row(start), Object.fromEntries(ratios));
    });
  }
});
