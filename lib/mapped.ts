// Which buffers are mappings of files: views of them are taken by their own elements, since the rest of the file is not the caller's data.

const mapped = new WeakSet<object>();

export function markMapped(buffer: object): void {
  mapped.add(buffer);
}

export function isMapped(buffer: object): boolean {
  return mapped.has(buffer);
}
