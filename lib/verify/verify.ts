// verify: everything that can be proved of a path without running code. Finds out what lies there.
import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DATA_SET_LINE } from "../archive/first-line.ts";
import { modulePath } from "../archive/layout.ts";
import { locate } from "../archive/open.ts";
import type { TrustOptions } from "../archive/options.ts";
import type { Verification } from "../archive/verification.ts";
import { Checkpoints } from "../checkpoints/checkpoints.ts";
import { MANIFEST } from "../checkpoints/manifest.ts";
import { listSteps } from "../checkpoints/steps.ts";
import { verifyStep } from "../checkpoints/verify-step.ts";
import { DataSet } from "../dataset/dataset.ts";
import { io } from "../disk/io-error.ts";
import { toPath } from "../disk/path.ts";
import { readTextFile } from "../disk/read-text.ts";
import { PersistError } from "../errors.ts";
import { parseArrayPath, type ArrayPath } from "../store/array-path.ts";
import { verifyArchive } from "./archive.ts";
import { verifyArrayFile } from "./array-file.ts";

/** Options of {@link verify}. `modules`, `trust` and `calls` are those of {@link open}: with them, what an archive imports is looked at, too. */
export interface VerifyOptions extends TrustOptions {
  /** Reads HDF5 files where they can do no harm (false). */
  untrusted?: boolean;
  signal?: AbortSignal;
}

/**
 * Proves what can be proved without running code: of an archive, that its text can be read and its arrays are those of its table; of a data set or a
 * series of checkpoints, what their own `verify` does; of a file of arrays, that they are as long as they claim, and have the checksums that the file says.
 *
 * @param path an archive as {@link open} takes it, the directory of a data set, of checkpoints or of one step, or an array file; a string or a `file:` URL
 * @throws PersistError PERSIST_NOT_FOUND when nothing is there; PERSIST_IO. What is wrong with what is there is told, not thrown.
 */
export async function verify(path: string | URL, options: VerifyOptions = {}): Promise<Verification> {
  const { untrusted = false, signal } = options;
  signal?.throwIfAborted();
  const whole = resolve(toPath(path));
  const array = arrayFileAt(path);
  if (array !== undefined) {
    await io(array.file, stat(array.file));
    return verifyArrayFile(array.file, array.kind, {
      untrusted,
      ...(signal === undefined ? {} : { signal }),
    });
  }
  const facts = await stat(whole).catch(() => undefined);
  if (facts?.isDirectory() === true) {
    const names = await io(whole, readdir(whole));
    if (names.includes(MANIFEST)) return verifyStep(whole);
    if (!names.includes("index.js") && (await listSteps(whole)).length > 0) {
      // it is only read: there is nothing to close
      return (await Checkpoints.open(whole)).verify();
    }
  }
  const layout = await locate(whole);
  const file = modulePath(layout);
  const text = await readTextFile(file);
  if (DATA_SET_LINE.test(text)) {
    const set = await DataSet.open(layout.directory);
    try {
      return await set.verify();
    } finally {
      await set.close();
    }
  }
  return verifyArchive(layout, options);
}

/** The file of arrays that a path names; undefined for a directory, whatever its name, and other files. */
function arrayFileAt(path: string | URL): ArrayPath | undefined {
  try {
    return parseArrayPath(path);
  } catch (error) {
    if (error instanceof PersistError || error instanceof TypeError) return undefined;
    throw error;
  }
}
