// What a crash of the machine may leave of a record of file operations, under the weakest model that POSIX allows:
//
//  - Any subset of the changes of a directory (a name set, taken away, moved) that came after its last sync is on the disk, in order.
//  - Each write to a file, and each cut, that came after the file's last sync is there, or not; a write also as zeros (the size without the data) or torn.
//  - What is written over synced bytes, within one sector, is there or not: disks promise that, and an npy file that grows counts its frames in this way.
//  - A sync of a file says nothing of its name, and a sync of a directory nothing of its files' content.
//
// Nothing here knows of data sets.

/** An operation as shim.c records it; `ack` and `begin` are the program's own marks. */
export type Operation =
  | { readonly kind: "create" | "mkdir" | "unlink" | "rmdir" | "sync"; readonly path: string }
  | { readonly kind: "rename" | "link"; readonly path: string; readonly from: string }
  | { readonly kind: "write"; readonly path: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly path: string; readonly size: number }
  | { readonly kind: "begin" | "ack"; readonly number: number };

export function parseRecord(text: string): Operation[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [kind, path, more, hex] = line.split("\t") as [Operation["kind"], string, string, string];
      switch (kind) {
        case "begin":
        case "ack":
          return { kind, number: Number(path) };
        case "rename":
        case "link":
          return { kind, path, from: more };
        case "write":
          return { kind, path, offset: Number(more), data: Buffer.from(hex, "hex") };
        case "truncate":
          return { kind, path, size: Number(more) };
        case "create":
        case "mkdir":
        case "unlink":
        case "rmdir":
        case "sync":
          return { kind, path };
        default:
          throw new Error(`an operation that the model does not know: ${line.slice(0, 200)}`);
      }
    });
}

type FileChange =
  { readonly offset: number; readonly data: Buffer } | { readonly size: number; readonly data?: undefined };
type NameChange =
  | { readonly set: string; readonly node: Node }
  | { readonly remove: string }
  | { readonly move: string; readonly set: string; readonly node: Node };

/** A file or directory; of its changes the first `synced` are on the disk. */
interface Node {
  readonly isDirectory: boolean;
  readonly content: FileChange[];
  readonly names: NameChange[];
  synced: number;
}

const SECTOR_BYTES = 512;

function isData(change: FileChange | NameChange): change is Extract<FileChange, { readonly data: Buffer }> {
  return "data" in change && change.data !== undefined;
}

/** Whether a write changes one sector, whose bytes are on the disk already. */
function isOverwrittenSector(
  { content, synced }: Node,
  { offset, data }: { readonly offset: number; readonly data: Buffer },
): boolean {
  const end = offset + data.length;
  if (Math.floor(offset / SECTOR_BYTES) !== Math.floor((end - 1) / SECTOR_BYTES)) return false;
  if (content.slice(synced).some((change) => !isData(change))) return false; // cut meanwhile
  let size = 0;
  for (const change of content.slice(0, synced))
    size = isData(change) ? Math.max(size, change.offset + change.data.length) : change.size;
  return end <= size;
}

/** What became of one change that was not synced: absent, whole, or of a write also zeros or torn. */
export type Fate = 0 | 1 | 2 | 3;
const [ABSENT, WHOLE, ZEROS, TORN] = [0, 1, 2, 3] as const;

/** A change whose fate is open. */
export interface Pending {
  readonly node: Node;
  readonly index: number;
  readonly fates: readonly Fate[];
}

export class CrashModel {
  readonly #root: Node = makeNode(true);

  apply(operation: Operation): void {
    switch (operation.kind) {
      case "begin":
      case "ack":
        return;
      case "create":
      case "mkdir":
        return this.#name(operation.path, (set) => ({ set, node: makeNode(operation.kind === "mkdir") }));
      case "link":
        return this.#name(operation.path, (set) => ({ set, node: this.#find(operation.from) }));
      case "rename":
        if (parentOf(operation.path) !== parentOf(operation.from))
          throw new Error("a rename across directories");
        if (operation.path === operation.from || this.#has(operation.path, this.#find(operation.from)))
          return;
        return this.#name(operation.path, (set) => ({
          move: nameOf(operation.from),
          set,
          node: this.#find(operation.from),
        }));
      case "unlink":
      case "rmdir":
        return this.#name(operation.path, (remove) => ({ remove }));
      case "write":
        this.#find(operation.path).content.push({ offset: operation.offset, data: operation.data });
        return;
      case "truncate":
        this.#find(operation.path).content.push({ size: operation.size });
        return;
      case "sync": {
        const node = this.#find(operation.path);
        node.synced = changesOf(node).length;
      }
    }
  }

  /** Everything whose fate is open, in the order of directories and files. */
  pending(): Pending[] {
    const out: Pending[] = [];
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      for (const [index, change] of changesOf(node).entries()) {
        if (index >= node.synced) {
          const isWrite = isData(change) && change.data.length > 0 && !isOverwrittenSector(node, change);
          out.push({ node, index, fates: isWrite ? [ABSENT, WHOLE, ZEROS, TORN] : [ABSENT, WHOLE] });
        }
        if ("node" in change) visit(change.node);
      }
    };
    visit(this.#root);
    return out;
  }

  /** The files of a state, by path, when the open changes have these fates; what is synced is whole. */
  state(fateOf: (pending: Pending) => Fate): Map<string, Buffer> {
    const fates = new Map<Node, Map<number, Fate>>();
    for (const one of this.pending()) {
      const ofNode = fates.get(one.node) ?? new Map<number, Fate>();
      fates.set(one.node, ofNode.set(one.index, fateOf(one)));
    }
    const out = new Map<string, Buffer>();
    const visit = (node: Node, path: string): void => {
      const fate = (index: number): Fate => fates.get(node)?.get(index) ?? WHOLE;
      if (!node.isDirectory) out.set(path, contentOf(node, fate));
      else for (const [name, child] of entriesOf(node, fate)) visit(child, `${path}/${name}`);
    };
    visit(this.#root, "");
    return out;
  }

  /** The state without a crash. */
  live(): Map<string, Buffer> {
    return this.state(() => WHOLE);
  }

  #find(path: string): Node {
    let node = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const next = entriesOf(node, () => WHOLE).get(name);
      if (next === undefined) throw new Error(`an operation on ${path}, which is not there`);
      node = next;
    }
    return node;
  }

  #has(path: string, node: Node): boolean {
    return entriesOf(this.#find(parentOf(path)), () => WHOLE).get(nameOf(path)) === node;
  }

  #name(path: string, change: (name: string) => NameChange): void {
    const made = change(nameOf(path));
    this.#find(parentOf(path)).names.push(made);
  }
}

function makeNode(isDirectory: boolean): Node {
  return { isDirectory, content: [], names: [], synced: 0 };
}

function changesOf(node: Node): readonly (FileChange | NameChange)[] {
  return node.isDirectory ? node.names : node.content;
}

function entriesOf(node: Node, fate: (index: number) => Fate): Map<string, Node> {
  const entries = new Map<string, Node>();
  for (const [index, change] of node.names.entries()) {
    if (fate(index) === ABSENT) continue;
    if ("remove" in change) entries.delete(change.remove);
    else {
      if ("move" in change && entries.get(change.move) === change.node) entries.delete(change.move);
      entries.set(change.set, change.node);
    }
  }
  return entries;
}

function contentOf(node: Node, fate: (index: number) => Fate): Buffer {
  let content: Buffer = Buffer.alloc(0);
  for (const [index, change] of node.content.entries()) {
    const its = fate(index);
    if (its === ABSENT) continue;
    if (change.data === undefined) {
      content = resized(content, change.size);
      continue;
    }
    const { offset, data } = change;
    const part =
      its === TORN ? data.subarray(0, data.length >> 1) : its === ZEROS ? Buffer.alloc(data.length) : data;
    content = Buffer.from(resized(content, Math.max(content.length, offset + part.length)));
    part.copy(content, offset);
  }
  return content;
}

function resized(content: Buffer, size: number): Buffer {
  return size <= content.length
    ? content.subarray(0, size)
    : Buffer.concat([content, Buffer.alloc(size - content.length)]);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
