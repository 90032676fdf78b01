// docs/format.md is enough to write another reader: there is one in Python, written from that page, and it gets the same values.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Checkpoints, DataSet, NDArray, save } from "persist-archive";
import { root } from "../project/checkout.ts";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Runs a program that has the reader as `reader` and a directory as `given`. */
const ask = (program: string, directory: string): unknown =>
  python(
    `import importlib.util
specification = importlib.util.spec_from_file_location("reader", ${JSON.stringify(join(root, "test/archive/another-reader.py"))})
reader = importlib.util.module_from_spec(specification)
specification.loader.exec_module(reader)
${program}`,
    directory,
  );

const rows = Array.from({ length: 2000 }, (_, id) => ({ id, label: `row "${id}" \`\\ ü`, value: id / 8 }));
const shared = [1, -0.5, 1e-7];
const items = {
  rows,
  shared,
  again: { shared, "odd key": [null, true, "ψ\n"], big: -(2n ** 70n), when: new Date(1748779200123) },
  energies: new Map<number, unknown>([[0, 1.5], [100, new Set([1, 2])]]), // prettier-ignore
  psi: new NDArray({
    data: Float64Array.from({ length: 400 }, (_, k) => k / 3),
    shape: [10, 20],
    dtype: "complex128",
  }),
  axis: Float32Array.from({ length: 300 }, (_, k) => k),
};

describe("a reader written from docs/format.md", () => {
  it("reads an archive", async () => {
    const directory = temporaryDirectory();
    await save(join(directory, "run"), items);
    const program = `
items = reader.read_archive(given + "/run")
again = items["again"]
result = [
    items["rows"], items["again"]["shared"] is items["shared"], again["odd key"], str(again["big"]), again["when"].isoformat(),
    [items["energies"][0], sorted(items["energies"][100])],
    [items["psi"].dtype.name, items["psi"].shape, [items["psi"][7, 3].real, items["psi"][7, 3].imag]],
    [items["axis"].dtype.name, items["axis"].tolist()],
]`;
    assert.deepEqual(ask(program, directory), [
      rows,
      true,
      items.again["odd key"],
      String(items.again.big),
      "2025-06-01T12:00:00.123000+00:00",
      [1.5, [1, 2]],
      ["complex128", [10, 20], [286 / 3, 287 / 3]],
      ["float32", [...items.axis]],
    ]);
  });

  it("reads the newest checkpoint", async () => {
    const directory = temporaryDirectory();
    const writer = await Checkpoints.open(join(directory, "long"));
    for (const step of [1, 2, 30]) await (await writer.save(step, { step, axis: items.axis })).durable;
    await writer.close();
    const program = `
import os
newest = max(name for name in os.listdir(given + "/long") if name.startswith("step-"))
items = reader.read_archive(given + "/long/" + newest)
result = [newest, items["step"], items["axis"].sum()]
result = [str(x) for x in result]`;
    assert.deepEqual(ask(program, directory), ["step-000000030", "30.0", String(items.axis.reduce((a, b) => a + b))+".0"]); // prettier-ignore
  });

  it("reads a data set: its index, and the journal after it", async () => {
    const directory = temporaryDirectory();
    await using set = await DataSet.open(join(directory, "runs"), { mode: "a" });
    for (let g = 0; g < 5; g++) await set.add({ g, axis: items.axis }, { info: { g } });
    await set.compact();
    await set.transaction(async (t) => {
      await t.delete("x_0");
      await t.rename("x_1", "first");
      await t.insert({ table: rows.slice(0, 3) }, { info: { unit: "nm" } });
    });
    await set.setInfo("x_2", { g: 2, note: "good" });
    const program = `
found = reader.read_data_set(given + "/runs")
result = {}
for name, item in found.items():
    value = item["value"]
    result[name] = [item["info"], value if isinstance(value, list) else [value["g"], value["axis"].tolist()]]`;
    const axis = [...items.axis];
    assert.deepEqual(ask(program, directory), {
      x_2: [{ g: 2, note: "good" }, [2, axis]],
      x_3: [{ g: 3 }, [3, axis]],
      x_4: [{ g: 4 }, [4, axis]],
      first: [{ g: 1 }, [1, axis]],
      table: [{ unit: "nm" }, rows.slice(0, 3)],
    });
  });
});
