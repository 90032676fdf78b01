// Arrays that grow by a frame a step, beside the checkpoints of a series. A checkpoint counts the frames that belong to it, and a run that goes on from
// it has its trajectories cut to that count.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ArrayFormat } from "../archive/store-arrays.ts";
import { io } from "../disk/io-error.ts";
import { isPersistError, PersistError, type ErrorCode } from "../errors.ts";
import type { ArrayFile } from "../store/array-file.ts";
import { parseArrayPath } from "../store/array-path.ts";
import { createArray, openArray } from "../store/create-array.ts";

/** What each frame of a trajectory is. */
export interface Frame {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What opening says of a file that is not whole. */
const DAMAGES: readonly ErrorCode[] = ["PERSIST_FORMAT", "PERSIST_TRUNCATED", "PERSIST_CORRUPT"];

export class Trajectories {
  readonly #directory: string;
  readonly #format: ArrayFormat;
  readonly #open: Map<string, ArrayFile> = new Map<string, ArrayFile>();

  /** @param format that of the checkpoints: HDF5 makes `name.h5#name`; npz, which does not grow, and npy make `name.npy` */
  constructor(directory: string, format: ArrayFormat) {
    this.#directory = directory;
    this.#format = format;
  }

  /**
   * Opens a trajectory and cuts it to so many frames; null: the program begins anew, with none, and the trajectory is made where there is none that opens.
   * @throws TypeError when it is open already, or has frames of another kind; PersistError PERSIST_TRUNCATED when it has fewer frames
   */
  async open(name: string, frame: Frame, counted: number | null): Promise<ArrayFile> {
    const frames = counted ?? 0;
    if (this.#open.has(name)) throw new TypeError(`the trajectory ${name} is open already`);
    const file = await this.#openOrCreate(name, frame, counted);
    try {
      const { dtype, shape } = file;
      if (dtype !== frame.dtype || JSON.stringify(shape.slice(1)) !== JSON.stringify(frame.shape))
        throw new TypeError(
          `the trajectory ${name} has frames of ${dtype} of shape [${shape.slice(1).join(", ")}]`,
        );
      if (shape[0]! < frames) {
        const path = this.#pathOf(name);
        throw new PersistError(
          "PERSIST_TRUNCATED",
          `${path} has ${shape[0]} frames, and the checkpoint counts ${frames}`,
          { file: path },
        );
      }
      await file.truncate(frames);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#open.set(name, file);
    return file;
  }

  /** How many frames each has now. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#open].map(([name, { shape }]) => [name, shape[0]!]));
  }

  /** Returns when all frames are on the disk. */
  async flush(): Promise<void> {
    for (const file of this.#open.values()) await file.flush();
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #openOrCreate(name: string, { dtype, shape }: Frame, counted: number | null): Promise<ArrayFile> {
    const path = this.#pathOf(name);
    try {
      return await openArray(path, { mode: "r+" });
    } catch (error) {
      const isMissing = isPersistError(error, "PERSIST_NOT_FOUND");
      // no step counts on what a crash has left of a file before the first of them
      const isRest = counted === null && isPersistError(error, ...DAMAGES);
      if (!isRest && !(isMissing && !counted)) throw error;
      if (isRest) await io(path, rm(parseArrayPath(path).file));
      return createArray(path, { dtype, shape: [null, ...shape] });
    }
  }

  #pathOf(name: string): string {
    return join(this.#directory, this.#format === "hdf5" ? `${name}.h5#${name}` : `${name}.npy`);
  }
}
