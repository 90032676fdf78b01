// Opening costs the same whatever the size: the header is read, the rest is mapped. The file is sparse: 3 GB that nobody
// has to write, and what opening does is the same.
import { ftruncateSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { npyHeader } from "../../data/npy.mjs";

export default {
  title: "open and map a 3 GB npy file, close",
  parameters: { elements: 375_000_000, times: 2000, read: false },
  quick: { elements: 3_750_000, times: 20 },
  reference: ["c-mmap"],
  targets: [
    { driver: "persist-archive", below_ms: 0.05 },
    { driver: "persist-archive-first", below_ms: 1 },
  ],
  prepare(directory, { elements }) {
    const fd = openSync(join(directory, "big.npy"), "wx");
    writeSync(fd, npyHeader([elements]));
    ftruncateSync(fd, 128 + 8 * elements);
    closeSync(fd);
  },
};
