// Opening costs the same whatever the size: the header is read, the rest is mapped. The file is sparse: 3 GB that nobody
// has to write, and what opening does is the same.
import { ftruncateSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";

export default {
  title: "open and map a 3 GB npy file, close",
  parameters: { elements: 375_000_000, times: 200, read: false },
  quick: { elements: 3_750_000, times: 20 },
  reference: ["c-mmap"],
  targets: [
    { driver: "persist-archive", below_ms: 1 },
    { driver: "persist-archive-first", below_ms: 1 },
  ],
  prepare(directory, { elements }) {
    const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${elements},), }`;
    const header = Buffer.alloc(128, " ");
    header.write("\x93NUMPY\x01\x00\x76\x00", "latin1"); // 118 bytes follow these ten
    header.write(dictionary, 10);
    header.write("\n", 127);
    const fd = openSync(join(directory, "big.npy"), "wx");
    writeSync(fd, header);
    ftruncateSync(fd, 128 + 8 * elements);
    closeSync(fd);
  },
};
