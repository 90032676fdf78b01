// Parts of a matrix that lie scattered in its file, which the page cache holds. Each time another part.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { matrix, npyFile } from "../../data/npy.mjs";

export default {
  title: "512 × 512 of 8192 × 8192 float64 out of an npy file",
  parameters: { rows: 8192, columns: 8192, height: 512, width: 512, times: 50, file: "a.npy", offset: 128 },
  quick: { rows: 1024, columns: 1024 },
  bytes: ({ height, width }) => 8 * height * width,
  reference: ["c-pread", "c-mmap"],
  targets: [{ driver: "persist-archive", atMost: 1.5 }],
  prepare(directory, { rows, columns, file }) {
    writeFileSync(join(directory, file), npyFile(matrix(rows, columns), [rows, columns]));
  },
};
