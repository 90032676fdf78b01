// Where no addon fits the machine, Node alone reads archives, npy and npz files, and what cannot be done says what is missing. The addon is hidden by the
// environment variable by which node-gyp-build finds it elsewhere.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isPersistError, writeArray, type ErrorCode } from "persist-archive";
import { native } from "#dist/native.js";
import { portableReader } from "#dist/store/portable/reader.js";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const { resolve: resolveAddon } = createRequire(import.meta.url)("node-gyp-build") as {
  resolve: (directory: string) => string;
};

/** An environment in which the addon is not found. */
const withoutAddon = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PERSIST_ARCHIVE_PREBUILD: temporaryDirectory(),
});

/** What a program answers that runs in the checkout without the addon. */
function ask<Answer>(program: string, ...more: string[]): Answer {
  const output = execFileSync(process.execPath, [...more, "--input-type=module", "-e", program], {
    cwd: root,
    encoding: "utf8",
    env: withoutAddon(),
  });
  return JSON.parse(output) as Answer;
}

interface Refusal {
  code: ErrorCode;
  message: string;
  cause?: string;
}

/** What is thrown by what needs the addon, by name. */
function refusals(directory: string, ...more: string[]): Record<string, Refusal | null> {
  return ask(
    `
import * as library from "persist-archive";
const at = (name) => ${JSON.stringify(`${directory}/`)} + name;
const array = new Float64Array(1000);
const tries = {
  save: () => library.save(at("run"), { array }),
  saveText: () => library.save(at("text"), { n: 1 }),
  writeArray: () => library.writeArray(at("a.npy"), array),
  createArray: () => library.createArray(at("b.npy"), { dtype: "float64", shape: [null] }),
  hdf5: () => library.readArray(at("a.h5#x")),
  lockFile: () => library.lockFile(at("lock")),
  DataSet: () => library.DataSet.open(at("runs"), { mode: "a" }).then((set) => set.add(array)),
  Checkpoints: async () => {
    const series = await library.Checkpoints.open(at("long"));
    await (await series.save(1, { array })).durable;
  },
};
const found = {};
for (const [name, attempt] of Object.entries(tries)) {
  found[name] = await attempt().then(() => null, ({ code, message, cause }) => ({ code, message, cause: cause?.message }));
}
console.log(JSON.stringify(found));
`,
    ...more,
  );
}

describe("without the addon", () => {
  it("what needs it says so, and what the loader said", () => {
    const { saveText, ...others } = refusals(temporaryDirectory());
    assert.equal(saveText, null, "a text needs no addon");
    for (const [name, refusal] of Object.entries(others)) {
      assert.equal(refusal?.code, "PERSIST_NO_ADDON", name);
      assert.match(refusal.message, /no native addon was found for \w+-\w+.*docs\/platforms\.md/);
      assert.match(refusal.cause ?? "", /No native build was found/);
    }
  });

  it("an addon that does not load counts as none, and the loader's words are the cause", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "build/Release"), { recursive: true });
    writeFileSync(join(directory, "build/Release/persist_archive.node"), "no addon");
    const output = execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { lockFile } from "persist-archive"; await lockFile("x").catch((error) => console.log(error.code, error.cause.message));`,
      ],
      { cwd: root, encoding: "utf8", env: { ...process.env, PERSIST_ARCHIVE_PREBUILD: directory } },
    );
    assert.match(output, /^PERSIST_NO_ADDON .*(invalid ELF header|file too short|not a valid)/);
  });

  it("one for another C library counts as none", async () => {
    const directory = temporaryDirectory();
    const folder = join(directory, "prebuilds", `${process.platform}-${process.arch}`);
    mkdirSync(folder, { recursive: true });
    symlinkSync(resolveAddon(root), join(folder, "persist-archive.glibc.node"));
    const file = join(directory, "a.npy");
    await writeArray(file, Float64Array.of(1, 2, 3));
    const program = `
import { lockFile, readArray } from "persist-archive";
const { data } = await readArray(${JSON.stringify(file)});
const said = await lockFile(${JSON.stringify(`${directory}/lock`)}).then(() => "locked", (error) => error.code + error.cause.message);
console.log(data.join(), said);`;
    // As on Alpine, whose C library node-gyp-build tells by /etc/alpine-release, or by this variable.
    const answer = (libc: string): string =>
      execFileSync(process.execPath, ["--input-type=module", "-e", program], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, PERSIST_ARCHIVE_PREBUILD: directory, LIBC: libc },
      });
    assert.equal(answer("glibc"), "1,2,3 locked\n");
    assert.match(answer("musl"), /^1,2,3 PERSIST_NO_ADDON.*No native build was found for .*libc=musl/);
  });

  it("on Windows nothing is written", () => {
    const windows = "data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})";
    const found = refusals(temporaryDirectory(), "--import", windows);
    for (const [name, refusal] of Object.entries(found))
      assert.equal(refusal?.code, "PERSIST_UNSUPPORTED", name);
  });

  // What NumPy has written, hostile files, and archives of every kind: the tests themselves, once more.
  for (const [tests, least] of [
    ["store/npy-corpus", 100],
    ["store/npz-corpus", 30],
    ["store/selections", 3],
    ["archive/format-1", 20],
  ] as const) {
    it(`the tests of ${tests} pass that need no addon`, function () {
      this.timeout(60_000);
      const { stdout } = spawnSync(
        process.execPath,
        [
          join(root, "node_modules/mocha/bin/mocha.js"),
          "--no-config",
          "--timeout=60000",
          "--reporter=json",
          "--grep=with the addon",
          "--invert",
          join(root, `build/test/${tests}.test.js`),
        ],
        { cwd: root, encoding: "utf8", env: withoutAddon(), maxBuffer: 2 ** 28 },
      );
      const { stats, failures } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
        stats: { passes: number; failures: number };
        failures: { fullTitle: string; err: { message: string } }[];
      };
      assert.deepEqual(
        failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`),
        [],
      );
      assert.ok(stats.passes >= least, `${stats.passes} tests passed`);
    });
  }
});

describe("opening beneath a directory", () => {
  let directory: string;
  before(() => {
    directory = temporaryDirectory();
    mkdirSync(join(directory, "inside/deep"), { recursive: true });
    writeFileSync(join(directory, "inside/deep/file"), "text");
    writeFileSync(join(directory, "inside/file"), "text");
    symlinkSync("file", join(directory, "inside/link"));
    symlinkSync("deep", join(directory, "inside/linked"));
    execFileSync("mkfifo", [join(directory, "inside/fifo")]);
  });

  /** The code of what is thrown, or null. */
  const codeOf = (open: () => number): ErrorCode | null => {
    try {
      assert.ok(open() > 2);
      return null;
    } catch (error) {
      if (!isPersistError(error)) throw error;
      return error.code;
    }
  };

  for (const [file, expected] of Object.entries({
    file: null,
    "./deep//file": null,
    "../inside/file": "PERSIST_PATH_ESCAPE",
    "deep/../file": "PERSIST_PATH_ESCAPE",
    "/etc/passwd": "PERSIST_PATH_ESCAPE",
    "": "PERSIST_PATH_ESCAPE",
    ".": "PERSIST_PATH_ESCAPE",
    "deep/": "PERSIST_PATH_ESCAPE",
    "fi\0le": "PERSIST_PATH_ESCAPE",
    link: "PERSIST_SYMLINK",
    "linked/file": "PERSIST_SYMLINK",
    fifo: "PERSIST_NOT_REGULAR_FILE",
    deep: "PERSIST_NOT_REGULAR_FILE",
    "file/file": "PERSIST_NOT_REGULAR_FILE",
    none: "PERSIST_NOT_FOUND",
    "none/file": "PERSIST_NOT_FOUND",
  } satisfies Record<string, ErrorCode | null>)) {
    it(`answers ${JSON.stringify(file)} alike with the addon and without: ${expected ?? "open"}`, () => {
      for (const reader of [native(), portableReader])
        assert.equal(
          codeOf(() => reader.openBeneath(join(directory, "inside"), file, false)),
          expected,
        );
    });
  }
});
