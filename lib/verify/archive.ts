// Proves what can be proved of an archive without running its code: that its text can be read, and that its arrays are those
// that its table names.
import { dirname, join } from "node:path";
import { modulePath, type Layout } from "../archive/layout.ts";
import type { TrustOptions } from "../archive/options.ts";
import { checkStored, storedRows } from "../archive/stored-rows.ts";
import { trustOf } from "../archive/trust.ts";
import { problemOf, type Problem, type Verification } from "../archive/verification.ts";
import { readTextFile } from "../disk/read-text.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { isLoaderModule } from "../interpret/imports.ts";
import { interpret } from "../interpret/interpret.ts";
import type { ArrayTable } from "../interpret/options.ts";
import { outline } from "../interpret/outline.ts";
import { loadStored } from "../store/open-stored.ts";
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

/** Reads the whole text; arrays are empty. */
function checkText(text: string, file: string, options: TrustOptions): void {
  try {
    interpret(text, {
      ...trustOf(options, file),
      file,
      loadArrays: emptyArrays,
    });
  } catch (error) {
    if (!isPersistError(error, "PERSIST_UNTRUSTED_IMPORT")) throw error;
  }
}

/** The tables of arrays, from the statements that call the loader and no others. */
function tablesOf(text: string, file: string): ArrayTable[] {
  const tables: ArrayTable[] = [];
  const statements = outline(text, file, 0);
  const part = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
  for (const loader of statements) {
    if (loader.kind !== "import" || !isLoaderModule(loader.specifier)) continue;
    const calls = statements.filter(({ uses }) => loader.binds.some((name) => uses.has(name)));
    for (const call of calls) {
      interpret(`${part(loader)}\n${part(call)}`, {
        file,
        loadArrays: (table) => {
          tables.push(table);
          return emptyArrays(table);
        },
      });
    }
  }
  return tables;
}

function emptyArrays({ rows }: ArrayTable): Record<string, unknown> {
  return Object.fromEntries(Object.keys(rows).map((name) => [name, new Uint8Array(0)]));
}

async function verifyTable(
  directory: string,
  table: ArrayTable,
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
  for (const one of storedRows(table)) {
    const { row, head } = one;
    const [file, , , offset_bytes] = row;
    signal?.throwIfAborted();
    const path = join(directory, file);
    try {
      // a deflated array is inflated by this; a stored one is only seen to be there, and the checksums of files come below
      const loaded = await loadStored(directory, row, head, { map: true, mode: "c" });
      await checkStored(loaded, one, directory);
      checked.bytes += loaded.data.byteLength;
      loaded.close();
      if (offset_bytes === undefined) checked.files++;
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
