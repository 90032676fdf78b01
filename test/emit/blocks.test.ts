// What large plain data looks like in the text.
import assert from "node:assert/strict";
import { restore, stringify } from "persist-archive";

describe("large plain data", () => {
  const rows = (name: string): { rows: { id: number; name: string }[] } => ({
    rows: Array.from({ length: 500 }, (_, id) => ({ id, name })),
  });

  it("with a few characters beyond Latin-1 is a text of one byte for each, as the engine holds it", () => {
    const items = rows('Ω = 2π, "é" `${x}` 🙂');
    const text = stringify(items);
    assert.match(text, /JSON\.parse/);
    assert.match(text, /\\u03a9 = 2\\u03c0, \\"é\\"/);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(text, /[^\x00-\xff]/);
    assert.deepEqual({ ...restore(text) }, items);
  });

  it("has no such characters in what stands as literals beside it, either", () => {
    const items = {
      ...rows("x"),
      title: "Ω = 2π",
      sizes: { "λ max": 1, λ_max: new Map([["Ω = 2π", { Δt_ms: 1n }]]) },
      name: "λόγος",
    };
    const text = stringify(items);
    assert.match(text, /title = "\\u03a9 = 2\\u03c0"/);
    assert.match(text, /"\\u0394t_ms": 1n/);
    assert.match(text, /name = "λόγος"/);
    assert.deepEqual({ ...restore(text) }, items);
    assert.match(stringify({ title: "Ω = 2π" }), /title = "Ω = 2π"/);
  });

  it("in other scripts stays as a person wrote it", () => {
    for (const name of ["束縛変数", "λόγος", "🙂🙃"]) {
      const text = stringify(rows(name));
      assert.ok(text.includes(`"name": "${name}"`));
      assert.deepEqual({ ...restore(text) }, rows(name));
    }
  });

  it("stands in quotes where it is long and has backslashes, which engines read faster so", async () => {
    const items = {
      rows: Array.from({ length: 2000 }, (_, id) => ({ id, "it's": 'a "b" \\ `${c}` \n\u2028' })),
    };
    const text = stringify(items);
    assert.match(text, /JSON\.parse\('\[\\\n\{"id": 0, "it\\'s": "a \\\\"b\\\\" /);
    assert.doesNotMatch(text, /String\.raw/);
    assert.deepEqual({ ...restore(text) }, items);
    const imported = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as object;
    assert.deepEqual({ ...imported }, items);
    assert.match(stringify({ rows: items.rows.slice(0, 300) }), /JSON\.parse\(String\.raw`\[/);
  });

  it("is never escaped where it is written as literals", () => {
    assert.ok(stringify(rows("Ω = 2π"), { readable: true }).includes('"Ω = 2π"'));
  });
});
