// A file system on a disk whose every write and flush is recorded (block-log.c), while a life is lived on it. Takes root, FUSE and loop devices.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";
import type { Durability } from "./script.ts";

export type FileSystem = "ext4" | "xfs" | "btrfs";

/** The least that each is content with. */
const SIZES_MB: Readonly<Record<FileSystem, number>> = { ext4: 32, xfs: 300, btrfs: 128 };

/** What the disk was asked for. A mark is what the life has told by then. */
export type Entry =
  | { readonly kind: "W"; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "F" }
  | { readonly kind: "M"; readonly mark: string };

export const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** Why nothing can be tried on a file system; undefined where it can. */
export function obstacle(fs: FileSystem): string | undefined {
  if (!Object.hasOwn(SIZES_MB, fs)) return "it is not known here";
  if (process.getuid?.() !== 0) return "mounting takes root";
  for (const device of ["/dev/fuse", "/dev/loop-control"])
    if (!existsSync(device)) return `there is no ${device}`;
  const isKnown = (): boolean => readFileSync("/proc/filesystems", "utf8").split(/\s+/).includes(fs);
  if (!isKnown()) spawnSync("modprobe", [fs]);
  return isKnown() ? undefined : "the kernel does not have it";
}

/** Lives a life on a new file system. Gives all that the disk was asked for; `work/base` is what was on it before. */
export async function recordDisk(
  fs: FileSystem,
  life: string,
  durability: Durability,
  work: string,
): Promise<Entry[]> {
  const [base, image, record] = [join(work, "base"), join(work, "image"), join(work, "record")];
  const [fuse, mounted] = [join(work, "fuse"), join(work, "mounted")];
  closeSync(openSync(base, "w"));
  truncateSync(base, SIZES_MB[fs] * 2 ** 20);
  run(`mkfs.${fs}`, "-q", base);
  run("cp", "--sparse=always", base, image);
  mkdirSync(fuse);
  mkdirSync(mounted);
  const disk = spawn(compiled(), [image, record, fuse], { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(disk, "exit");
  let loop: string | undefined;
  try {
    while (!existsSync(join(fuse, "disk"))) {
      if (disk.exitCode !== null) throw new Error("block-log ended before it began");
      await sleep(10);
    }
    loop = run("losetup", "--find", "--show", join(fuse, "disk"));
    run("mount", loop, mounted);
    const program = fileURLToPath(new URL("run-life.js", import.meta.url));
    run(process.execPath, program, mounted, life, durability, join(fuse, "mark"));
  } finally {
    spawnSync("umount", [mounted]);
    if (loop !== undefined) run("losetup", "--detach", loop);
    spawnSync("umount", [fuse]);
    await ended;
  }
  return parse(readFileSync(record));
}

function compiled(): string {
  const program = join(temporaryDirectory(), "block-log");
  const source = fileURLToPath(new URL("../../../test/faults/block-log.c", import.meta.url));
  run("cc", "-O1", "-D_FILE_OFFSET_BITS=64", "-o", program, source, "-lfuse3");
  return program;
}

function parse(record: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < record.length;) {
    const kind = record.toString("latin1", at, at + 1) as Entry["kind"];
    const size = record.readUInt32LE(at + 4);
    const offset = Number(record.readBigInt64LE(at + 8));
    const data = record.subarray(at + 16, at + 16 + size);
    at += 16 + size;
    if (kind === "W") entries.push({ kind, offset, data });
    else if (kind === "F") entries.push({ kind });
    else entries.push({ kind, mark: data.toString() });
  }
  return entries;
}
