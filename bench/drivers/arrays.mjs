// What the drivers of the array trials share: each names only how its library writes a file, or reads one.
import { join } from "node:path";
import { driver } from "./driver.mjs";

/** `times` files of `elements` doubles, one after the other. @param {(path: string, array: Float64Array, ending: string) => unknown} write */
export function writesFiles(write) {
  void driver({
    run({ directory, elements, times, ending }) {
      const array = new Float64Array(elements).fill(Math.PI); // which also touches its memory
      let number = 0;
      return { repeat: times, timed: () => write(join(directory, String(number++)), array, ending) };
    },
  });
}

/**
 * Reads from a file that the trial has made, `times` times.
 * @param {(path: string, parameters: object, time: number) => unknown} read
 * @param {(result: any, parameters: object) => boolean} isRight whether the last result is what the file holds
 * @param {number} [most] times, for what takes long
 */
export function readsFile(read, isRight, most = Infinity) {
  void driver({
    run(parameters) {
      const path = join(parameters.shared, parameters.file);
      let time = 0;
      return {
        repeat: Math.min(parameters.times, most),
        timed: () => read(path, parameters, time++),
        check(result) {
          if (!isRight(result, parameters)) throw new Error("not what the file holds");
        },
      };
    },
  });
}

/** Where the part of a matrix begins that is read the `time`-th time. */
export function blockAt(time, { rows, columns, height, width }) {
  return [(time * 397) % (rows - height + 1), (time * 1013) % (columns - width + 1)];
}

/** Whether this is the part that was read last; the element of row r and column c is 10,000 r + c. @param {ArrayLike<number>} data */
export function isBlock({ data }, parameters, most = Infinity) {
  const { height, width, times } = parameters;
  const [row, column] = blockAt(Math.min(times, most) - 1, parameters);
  return data[height * width - 1] === 10_000 * (row + height - 1) + column + width - 1;
}
