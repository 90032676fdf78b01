// What a user's program in TypeScript looks like: it must compile under every module resolution, against the package's declarations alone. It is not run.
import {
  Archive,
  DataSet,
  NDArray,
  Checkpoints,
  createArray,
  isPersistError,
  lockFile,
  mapArray,
  open,
  readArray,
  register,
  represent,
  restore,
  save,
  stringify,
  writeArray,
  type ArrayInfo,
  type CodeTag,
  type ErrorCode,
  type MappedArray,
  type OpenOptions,
  type SaveReport,
  type Selection,
} from "persist-archive";

class Grid {
  readonly options: { n: number; dx: number };
  constructor(options: { n: number; dx: number }) {
    this.options = options;
  }
  [represent](code: CodeTag): unknown {
    return code`new ${Grid}(${this.options})`;
  }
}
register(Grid, { module: "my-sim", name: "Grid" });

export async function program(path: URL): Promise<ErrorCode | null> {
  const grid = new Grid({ n: 4, dx: 0.5 });
  const psi = new NDArray({ data: new Float64Array(32), shape: [4, 4], dtype: "complex128" });
  const report: SaveReport = await save(
    path,
    { grid, psi },
    { arrays: "npz", compress: true, durability: "full" },
  );
  const options: OpenOptions = { modules: { "my-sim": { Grid } }, only: ["psi"] };
  const items: Record<string, unknown> = await open(report.path, options);
  const archive = new Archive();
  archive.insert({ n: 1 });
  const text: string = archive.toString() + stringify({ n: 2 });
  const n: unknown = restore(text)["n"];
  const selection: Selection = [[0, 4, 2], null as never, -1];
  const part: NDArray = await readArray("psi.npy", { selection, signal: AbortSignal.timeout(1000) });
  const mapped: MappedArray = mapArray("psi.npy", { mode: "r+" });
  mapped.close();
  await writeArray("psi.h5#/a", part, {
    attributes: { units: "m" },
    onProgress: ({ done_bytes }) => void done_bytes,
  });
  const log = await createArray("log.npy", { dtype: "float64", shape: [null, 3] });
  await log.append(new Float64Array(3));
  await log.close();
  const runs = await DataSet.open("runs", { mode: "a", timeout_ms: 100 });
  for await (const [name, info, get] of runs) console.log(name, info, await get());
  await runs.close();
  const checkpoints = await Checkpoints.open("long", { keep: 3 });
  const ticket = await checkpoints.save(1, { psi, items, n });
  await ticket.durable;
  await checkpoints.close();
  try {
    (await lockFile("lock", { mode: "shared" })).release();
  } catch (error) {
    if (isPersistError(error, "PERSIST_LOCKED")) return error.code;
    throw error;
  }
  const infos: ArrayInfo[] = [];
  return infos.length === 0 ? null : "PERSIST_IO";
}
