// The parts of a compressed npz entry are as docs/format.md says: a reader written from that page alone, in Python, reads each by itself; tools that know nothing of
// them read the whole.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeArrays } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Reads the elements of one part of an entry; gives them with the number of parts, or nothing where the directory names none. */
const READER = `
import hashlib, struct, zipfile, zlib

def field_of(extra):
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 0x6170:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size

def read_part(path, name, k):
    with zipfile.ZipFile(path) as z:
        entry = z.getinfo(name + ".npy")
    field = field_of(entry.extra)
    if field is None:
        return None
    part_bytes, *stored = struct.unpack(f"<{len(field) // 4}I", field)
    assert sum(stored) == entry.compress_size
    with open(path, "rb") as f:
        f.seek(entry.header_offset)
        local = f.read(30)
        names, extras = struct.unpack_from("<HH", local, 26)
        f.seek(entry.header_offset + 30 + names + extras + sum(stored[:k]))
        packed = f.read(stored[k])
    last = k == len(stored) - 1
    stream = zlib.decompressobj(-15)
    raw = stream.decompress(packed if last else packed + b"\\x03\\x00")
    assert stream.eof and not stream.unused_data
    head = 0 if k > 0 else 10 + struct.unpack_from("<H", raw, 8)[0]
    elements = raw[head:]
    assert last or len(elements) == part_bytes
    digest = hashlib.sha256(elements).hexdigest()
    return {"parts": len(stored), "start": k * part_bytes, "size": len(elements), "digest": digest}
`;

describe("the parts of a compressed npz entry", () => {
  const noise = (n: number): Float64Array =>
    Float64Array.from({ length: n }, (_, k) => Math.round(100 * Math.sin(k)));
  const arrays = { small: noise(1000), large: noise(300_000), even: noise(2 ** 18) };
  let file: string;
  before(async () => {
    file = join(temporaryDirectory(), "a.npz");
    await writeArrays(file, arrays, { compress: true });
  });

  for (const [name, parts] of [
    ["large", 3],
    ["even", 2],
  ] as const) {
    it(`are read one by one: ${name}`, () => {
      const all = python<{ parts: number; start: number; size: number; digest: string }[]>(
        `${READER}\nresult = [read_part(*given[:2], k) for k in range(given[2])]`,
        [file, name, parts],
      );
      for (const [k, { parts: count, start, size, digest }] of all.entries()) {
        assert.equal(count, parts);
        const bytes = new Uint8Array(arrays[name].buffer, start, size);
        assert.equal(digest, createHash("sha256").update(bytes).digest("hex"));
        if (k === parts - 1) assert.equal(start + size, arrays[name].byteLength);
      }
    });
  }

  it("are not named where there is one", () => {
    assert.equal(python(`${READER}\nresult = read_part(*given)`, [file, "small", 0]), null);
  });

  it("are one stream for NumPy, zipfile and unzip", () => {
    execFileSync("unzip", ["-tqq", file]);
    const sums = python(
      `import zipfile
with zipfile.ZipFile(given) as z:
    assert z.testzip() is None
with np.load(given) as z:
    result = {name: float(z[name].sum()) for name in z.files}`,
      file,
    );
    const sum = (data: Float64Array): number => data.reduce((a, b) => a + b);
    assert.deepEqual(
      sums,
      Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, sum(data)])),
    );
  });
});
