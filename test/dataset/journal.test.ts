// Journals and indexes that are damaged, unfinished or made up: what the reader says to them, and what the next writer does.
import assert from "node:assert/strict";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  appendFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32 } from "node:zlib";
import { DataSet, isPersistError, type ErrorCode } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

/** A line with the checksum that it should have after `previous`. */
function line(json: string, previous: number): { text: string; crc: number } {
  const crc = crc32(json, previous);
  return { text: `${crc.toString(16).padStart(8, "0")} ${json}\n`, crc };
}

/** How much this process has read from files so far. */
const bytesRead = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))![1]);

describe("a journal", function () {
  this.timeout(60_000);
  let good: string;
  let path: string;
  let journal: string;

  before(async () => {
    good = join(temporaryDirectory(), "good");
    const set = await DataSet.open(good, { mode: "a" });
    for (let i = 0; i < 5; i++) await set.insert({ [`n${i}`]: i });
    await set.close();
  });
  beforeEach(() => {
    path = join(temporaryDirectory(), "set");
    cpSync(good, path, { recursive: true });
    journal = join(path, "_journal.1.jsonl");
  });

  const lines = (): string[] => readFileSync(journal, "utf8").split("\n").slice(0, -1);
  const lastCrc = (): number => Number.parseInt(lines().at(-1)!.slice(0, 8), 16);
  const write = (texts: readonly string[]): void =>
    writeFileSync(journal, texts.map((text) => `${text}\n`).join(""));

  async function names(mode: "r" | "r+" = "r"): Promise<string[]> {
    const set = await DataSet.open(path, { mode });
    try {
      if (mode === "r+") await set.insert({ next: 1 });
      return set.names();
    } finally {
      await set.close();
    }
  }

  async function fails(code: ErrorCode, offset?: number): Promise<void> {
    await assert.rejects(names(), (error: unknown) => {
      assert.ok(isPersistError(error, code), String(error));
      if (offset !== undefined) assert.equal(error.offset, offset, error.message);
      return true;
    });
  }

  const imported = (): string[] => {
    const program = `console.log(JSON.stringify(Object.keys((await import(${JSON.stringify(pathToFileURL(join(path, "index.js")).href)})).info)))`;
    return JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }),
    ) as string[];
  };

  const all = ["n0", "n1", "n2", "n3", "n4"];

  for (const [what, tail] of [
    ["a part of a line", (last: string) => last.slice(0, 40)],
    ["a line without its end", (last: string) => last],
    ["a checksum and no more", () => "0123abcd "],
    ["NUL bytes", () => "\0".repeat(5000)],
    [
      "a line of which the middle is missing",
      (last: string) => `${last.slice(0, 30)}${"\0".repeat(30)}${last.slice(60)}\n`,
    ],
  ] as const)
    it(`may end with ${what}: it is ignored, reported, and cut off by the next writer`, async () => {
      const last = lines().at(-1)!;
      write(lines().slice(0, -1));
      appendFileSync(journal, tail(last));
      assert.deepEqual(await names(), all.slice(0, 4));
      assert.deepEqual(imported(), all.slice(0, 4));
      const set = await DataSet.open(path);
      assert.deepEqual((await set.verify()).problems.map(({ code }) => code)[0], "PERSIST_TRUNCATED");
      await set.close();
      assert.deepEqual(await names("r+"), [...all.slice(0, 4), "next"]);
      assert.deepEqual(imported(), [...all.slice(0, 4), "next"]);
      assert.equal(lines().length, 5);
    });

  it("is refused when any bit of a line before others is flipped", async () => {
    const before = readFileSync(journal);
    const starts = lines().reduce<number[]>(
      (found, text) => [...found, found.at(-1)! + text.length + 1],
      [0],
    );
    for (const [number, start] of starts.slice(0, -2).entries()) {
      for (const at of [start, start + 5, start + 9, starts[number + 1]! - 2]) {
        const bytes = Buffer.from(before);
        bytes[at]! ^= 4;
        writeFileSync(journal, bytes);
        await fails("PERSIST_CORRUPT", start);
      }
    }
  });

  it("is refused when a line is missing, repeated, or in another place", async () => {
    const [a, b, c, d, e] = lines() as [string, string, string, string, string];
    for (const texts of [
      [a, c, d, e],
      [b, c, d, e],
      [a, b, b, c, d, e],
      [a, b, c, d, e, e],
      [a, b, c, d, e, a],
      [b, a, c, d, e],
    ]) {
      write(texts);
      await fails("PERSIST_CORRUPT");
    }
  });

  it("is refused when a line with a good checksum says what cannot be", async () => {
    const crc = lastCrc();
    const start = readFileSync(journal, "utf8");
    const item = '{"files":[["x~1.js",1,"00000000"]],"info":{}}';
    for (const [json, code] of [
      ['{"generation":5,"time_ms":0}', "PERSIST_CORRUPT"],
      ['{"generation":7,"time_ms":0}', "PERSIST_CORRUPT"],
      ['{"generation":6,"generation":6,"time_ms":0}', "PERSIST_SYNTAX"],
      [`{"generation":6,"time_ms":0,"put":{"x":${item},"\\u0078":${item}}}`, "PERSIST_SYNTAX"],
      ['{"generation":6', "PERSIST_SYNTAX"],
      ["[]", "PERSIST_FORMAT"],
      ['{"generation":"6","time_ms":0}', "PERSIST_FORMAT"],
      ['{"generation":6,"time_ms":0,"put":[]}', "PERSIST_FORMAT"],
      ['{"generation":6,"time_ms":0,"put":{"x":{"files":[],"info":{}}}}', "PERSIST_FORMAT"],
      [
        `{"generation":6,"time_ms":0,"put":{"x":${item.replace("x~1.js", "../x~1.js")}}}`,
        "PERSIST_PATH_ESCAPE",
      ],
      [`{"generation":6,"time_ms":0,"put":{"x":${item.replace("x~1.js", "index.js")}}}`, "PERSIST_FORMAT"],
      [`{"generation":6,"time_ms":0,"put":{"../x":${item}}}`, "PERSIST_INVALID_NAME"],
      [`{"generation":6,"time_ms":0,"put":{"__proto__":${item}}}`, "PERSIST_INVALID_NAME"],
      ['{"generation":6,"time_ms":0,"delete":["_lock"]}', "PERSIST_INVALID_NAME"],
    ] as const) {
      writeFileSync(journal, start + line(json, crc).text);
      await fails(code, Buffer.byteLength(start));
    }
  });

  it("changes no prototype by what it says", async () => {
    const json =
      '{"generation":6,"time_ms":0,"put":{"x":{"files":[["x~1.js",1,"00000000"]],"info":{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":1}}}}}}';
    appendFileSync(journal, line(json, lastCrc()).text);
    const set = await DataSet.open(path);
    assert.deepEqual(Object.keys(set.info("x") as object), ["__proto__", "constructor"]);
    assert.equal(({} as { bad?: number }).bad, undefined);
    await set.close();
  });

  it("is refused when a line has no end, before memory is taken for it", async () => {
    appendFileSync(journal, "12345678 {");
    truncateSync(journal, 2 ** 30);
    const before_bytes = bytesRead();
    await fails("PERSIST_LIMIT");
    // a line may have 64 MiB
    assert.ok(bytesRead() - before_bytes < 2 ** 27);
  });

  it("may be written by others in other words", async () => {
    const json =
      '{ "generation": 6, "time_ms": 1e3, "put": {\t"x": {"info": {"b": 1.0, "a": "\\u00e9"}, "files": [["x~1.js", 1, "00000000"]]} } }';
    appendFileSync(journal, line(json, lastCrc()).text);
    const set = await DataSet.open(path);
    assert.deepEqual(set.info("x"), { b: 1, a: "é" });
    await set.close();
  });

  it("is told from what is no journal", async () => {
    unlinkSync(journal);
    await fails("PERSIST_NOT_FOUND");
    mkdirSync(journal);
    await fails("PERSIST_NOT_REGULAR_FILE");
    rmSync(journal, { recursive: true });
    execFileSync("mkfifo", [journal]);
    await fails("PERSIST_NOT_REGULAR_FILE");
    unlinkSync(journal);
    symlinkSync("/etc/passwd", journal);
    await fails("PERSIST_SYMLINK");
  });

  it("belongs to an index, which is checked as well", async () => {
    const index = join(path, "index.js");
    const text = readFileSync(index, "utf8");
    for (const [edited, code] of [
      [text.replace("break;", "break; process.exit();"), "PERSIST_FORMAT"],
      [text.replace("format 1", "format 999"), "PERSIST_VERSION"],
      [text.replace("const items", "process.exit();\nconst items"), "PERSIST_UNTRUSTED_CODE"],
      [text.replace("_journal.1.jsonl", "../_journal.1.jsonl"), "PERSIST_FORMAT"],
      [text.replace("generation: 0", "generation: -1"), "PERSIST_FORMAT"],
      ["", "PERSIST_FORMAT"],
    ] as const) {
      writeFileSync(index, edited);
      await fails(code);
    }
    // what a person may have done is understood
    writeFileSync(index, `// my runs\n${text.replace("generation: 0,", "generation: 0x0, // none")}`);
    assert.deepEqual(await names(), all);
    renameSync(index, join(path, "elsewhere"));
    symlinkSync(join(path, "elsewhere"), index);
    await fails("PERSIST_SYMLINK");
  });

  it("belongs to an index whose items are checked when they are looked at, where its checksum is right", async () => {
    const set = await DataSet.open(path, { mode: "r+" });
    await set.compact();
    await set.close();
    const index = join(path, "index.js");
    const text = readFileSync(index, "utf8");
    const [version] = /n0~[^"]+/.exec(text)!;
    const forge = (from: string, to: string): void => {
      const mark = "// The CRC-32 of all that is above: ";
      const [data, rest] = text.replace(from, to).split(mark) as [string, string];
      writeFileSync(index, data + mark + crc32(data).toString(16).padStart(8, "0") + rest.slice(8));
    };
    for (const [from, to, code] of [
      [version, `../${version}`, "PERSIST_PATH_ESCAPE"],
      [version, "/etc/passwd.js", "PERSIST_PATH_ESCAPE"],
      ['"info":{}', '"info":{', "PERSIST_SYNTAX"],
      ['"info":{}', '"infos":{}', "PERSIST_FORMAT"],
      ['"info":{}', '"info":{},"files":[]', "PERSIST_FORMAT"],
      ['"n0": {', '"n0": {}, "x": {', "PERSIST_SYNTAX"],
    ] as const) {
      forge(from, to);
      const reader = await DataSet.open(path);
      assert.throws(
        () => reader.info("n0"),
        (error) => isPersistError(error, code) && error.file === index,
        to,
      );
      await assert.rejects(reader.get("n0"), (error) => isPersistError(error, code), to);
      assert.deepEqual([reader.info("n1"), await reader.get("n1")], [{}, 1]);
      await reader.close();
    }
    // in other lines than ours they are looked at at once
    forge('"n0": {', '"n0":\n{');
    assert.deepEqual(await names(), all);
    forge('"n0": {', '"../n0": {');
    await fails("PERSIST_INVALID_NAME");
  });

  it("is not followed into a lock file that is a link", async () => {
    const target = join(path, "target");
    writeFileSync(target, "mine");
    rmSync(join(path, "_lock"));
    symlinkSync(target, join(path, "_lock"));
    await assert.rejects(names("r+"), (error) => isPersistError(error, "PERSIST_SYMLINK"));
    assert.equal(readFileSync(target, "utf8"), "mine");
  });

  it("names files in whose place a link is not followed, nor a FIFO waited for", async () => {
    const target = join(temporaryDirectory(), "target");
    writeFileSync(target, "export default 1;\n");
    const module = (name: string): string =>
      join(
        path,
        readdirSync(path).find((file) => file.startsWith(`${name}~`))!,
      );
    unlinkSync(module("n0"));
    symlinkSync(target, module("n1") + ".old");
    renameSync(module("n1") + ".old", module("n1"));
    const fifo = module("n2");
    unlinkSync(fifo);
    execFileSync("mkfifo", [fifo]);
    unlinkSync(join(path, "n3.js"));
    symlinkSync(target, join(path, "n3.js"));
    const set = await DataSet.open(path, { mode: "r+" });
    for (const [name, code] of [
      ["n0", "PERSIST_NOT_FOUND"],
      ["n1", "PERSIST_SYMLINK"],
      ["n2", "PERSIST_NOT_REGULAR_FILE"],
    ] as const)
      await assert.rejects(set.get(name), (error) => isPersistError(error, code), name);
    const told = (await set.verify()).problems.map(({ file }) => basename(file).slice(0, 2));
    assert.deepEqual([...new Set(told)].toSorted(), ["n0", "n1", "n2", "n3"]);
    await set.set("n3", "new");
    await set.close();
    assert.equal(readFileSync(target, "utf8"), "export default 1;\n");
    assert.match(readFileSync(join(path, "n3.js"), "utf8"), /"new"/);
  });

  it("is read on by a reader whose last line was taken back", async () => {
    const reader = await DataSet.open(path);
    const set = await DataSet.open(path, { mode: "r+" });
    copyFileSync(journal, `${journal}.before`);
    await set.insert({ taken_back: 1 });
    await reader.refresh();
    assert.ok(reader.has("taken_back"));
    // as a writer does whose sync has failed; another line of the same length comes in its place
    truncateSync(journal, readFileSync(`${journal}.before`).length);
    const other = await DataSet.open(path, { mode: "r+" });
    await other.insert({ other_name: 1 });
    await reader.refresh();
    assert.deepEqual(reader.names(), [...all, "other_name"]);
    // and a writer that had seen it
    await set.insert({ more: 1 });
    assert.deepEqual(set.names(), [...all, "other_name", "more"]);
    await reader.refresh();
    assert.deepEqual(reader.names(), set.names());
    for (const one of [reader, set, other]) await one.close();
  });
});
