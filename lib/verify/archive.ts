// Proves what can be proved of an archive without running its code: that its text can be read, and that its arrays are those
// that its table names.
import { dirname, join } from "node:path";
import { modulePath, type Layout } from "../archive/layout.ts";
import type { TrustOptions } from "../archive/options.ts";
import { trustOf } from "../archive/trust.ts";
import { problemOf, type Problem, type Verification } from "../archive/verification.ts";
import { readTextFile } from "../disk/read-text.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { isLoaderModule } from "../interpret/imports.ts";
import { interpret, type ArrayRow } from "../interpret/interpret.ts";
import { outline } from "../interpret/outline.ts";
import { loadStored } from "../store/open-stored.ts";
import type { FileHead } from "../store/store.ts";
import { verifyArrayFile } from "./array-file.ts";

/** Imports that the caller has not allowed are no problem: what needs them is not looked at. */
export async function verifyArchive(
  layout: Layout,
  options: TrustOptions & { readonly signal?: AbortSignal },
): Promise<Verification> {
  const file = modulePath(layout);
  const problems: Problem[] = [];
  const checked = { files: 0, bytes: 0 };
  const note = (error: unknown, where: string): void => {
    if (!isPersistError(error)) throw error;
    problems.push(problemOf(error, where));
  };
  try {
    const text = await readTextFile(file);
    checked.files++;
    checked.bytes += Buffer.byteLength(text);
    checkText(text, file, options);
    for (const table of tablesOf(text, file))
      await verifyTable(dirname(file), table, { checked, note, signal: options.signal });
  } catch (error) {
    note(error, file);
  }
  return { ok: problems.length === 0, problems, checked };
}

interface Table {
  readonly rows: Readonly<Record<string, ArrayRow>>;
  readonly heads: Readonly<Record<string, FileHead>>;
}

/** Reads the whole text; arrays are empty. */
function checkText(text: string, file: string, options: TrustOptions): void {
  try {
    interpret(text, {
      ...trustOf(options, file),
      file,
      loadArrays: (table) => Object.fromEntries(Object.keys(table).map((name) => [name, new Uint8Array(0)])),
    });
  } catch (error) {
    if (!isPersistError(error, "PERSIST_UNTRUSTED_IMPORT")) throw error;
  }
}

/** The tables of arrays, from the statements that call the loader and no others. */
function tablesOf(text: string, file: string): Table[] {
  const tables: Table[] = [];
  const statements = outline(text, file, 0);
  const part = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
  for (const loader of statements) {
    if (loader.kind !== "import" || !isLoaderModule(loader.specifier)) continue;
    const calls = statements.filter(({ uses }) => loader.binds.some((name) => uses.has(name)));
    for (const call of calls) {
      interpret(`${part(loader)}\n${part(call)}`, {
        file,
        loadArrays: (rows, heads) => {
          tables.push({ rows, heads });
          return Object.fromEntries(Object.keys(rows).map((name) => [name, new Uint8Array(0)]));
        },
      });
    }
  }
  return tables;
}

async function verifyTable(
  directory: string,
  { rows, heads }: Table,
  {
    checked,
    note,
    signal,
  }: {
    readonly checked: Verification["checked"];
    readonly note: (error: unknown, file: string) => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const packed = new Set<string>();
  for (const [file, descr, extent, ...place] of Object.values(rows)) {
    signal?.throwIfAborted();
    const path = join(directory, file);
    try {
      const shape = typeof extent === "number" ? [extent] : extent;
      const head = Object.hasOwn(heads, file) ? heads[file] : undefined;
      // a deflated array is inflated by this; a stored one is only seen to be there, and checksums come below
      const loaded = await loadStored(directory, [file, descr, shape, ...place], head, {
        map: true,
        mode: "c",
      });
      checked.bytes += loaded.data.byteLength;
      loaded.close();
      if (place.length === 0) checked.files++;
      else packed.add(file);
    } catch (error) {
      note(error, path);
    }
  }
  for (const file of packed) {
    checked.files++;
    const { problems } = await verifyArrayFile(
      join(directory, file),
      file.endsWith(".npz") ? "npz" : "hdf5",
      {
        untrusted: false,
        ...(signal === undefined ? {} : { signal }),
      },
    );
    for (const { code, message } of problems)
      note(new PersistError(code, message, { file: join(directory, file) }), file);
  }
}
