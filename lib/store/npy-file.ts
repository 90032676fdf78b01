// Reads the header of an open npy file.
import { reader } from "./reader.ts";
import { headerSize, parseNpyHeader, type NpyHeader } from "./npy-header.ts";

/** One read is enough for nearly every header; the rest of it is kept for the next file. */
const scratch: Buffer = Buffer.alloc(4096);

/**
 * The header of the npy file open as `fd`.
 * @throws PersistError as `headerSize` and `parseNpyHeader` do.
 */
export function readNpyHeader(fd: number, file: string): NpyHeader {
  const [fileSize_bytes, got] = reader().readStart(fd, scratch, file);
  const size = headerSize(scratch.subarray(0, got), fileSize_bytes, file);
  if (size <= got) return parseNpyHeader(scratch.subarray(0, size), fileSize_bytes, file);
  const header = Buffer.alloc(size);
  const [, rest] = reader().readStart(fd, header, file);
  return parseNpyHeader(header.subarray(0, rest), fileSize_bytes, file);
}
