// What is in a data set at one moment, and how a line of the journal changes that. No file is touched here.

import type { ItemMap } from "./item-map.ts";
import type { Json } from "./json.ts";

/** A file that an item needs: its name, its size, and its CRC-32 as eight hexadecimal digits. */
export type FileRow = readonly [name: string, size_bytes: number, crc32: string];

export interface Item {
  /** The module is the first. */
  readonly files: readonly FileRow[];
  readonly info: Json;
  /** When it was put there, or its info was last changed. */
  readonly generation: number;
}

/** One committed transaction. */
export interface Commit {
  /** One more than that of the line before. */
  readonly generation: number;
  readonly time_ms: number;
  /** How much of the journal is known to be on the disk: a line before that can no more be one that was never finished. */
  readonly synced_bytes: number;
  /** Up to this generation the aliases in the directory are known to be right, after a crash too. */
  readonly linked: number;
  /** The next number for automatic names, by prefix. */
  readonly next: Readonly<Record<string, number>>;
  readonly put: ReadonlyMap<string, Item>;
  readonly delete: readonly string[];
}

/** Files that the newest snapshot does not need any more. */
export interface Superseded {
  /** The item that had them. */
  readonly name: string;
  /** The number of the journal in which that is written: snapshots of this journal, and older ones, may need them. */
  readonly journal: number;
  readonly time_ms: number;
  readonly files: readonly (readonly [name: string, size_bytes: number])[];
}

export class State {
  /** The number of the live journal. */
  readonly journal: number;
  generation: number;
  readonly items: ItemMap;
  readonly next: Map<string, number>;
  superseded: Superseded[];
  superseded_bytes: number;
  /** Names whose aliases may not be right after a crash, with the generation of their last change, the oldest first. */
  readonly unlinked: Map<string, number> = new Map<string, number>();
  synced_bytes = 0;

  constructor(
    journal: number,
    generation: number,
    items: ItemMap,
    next: Map<string, number>,
    superseded: Superseded[],
  ) {
    this.journal = journal;
    this.generation = generation;
    this.items = items;
    this.next = next;
    this.superseded = superseded;
    this.superseded_bytes = sizeOf(superseded);
  }

  apply(commit: Commit): void {
    const { generation, put } = commit;
    const kept = new Set<string>();
    for (const { files } of put.values()) for (const [file] of files) kept.add(file);
    for (const name of commit.delete) {
      this.#supersede(name, kept, commit);
      this.items.delete(name);
    }
    for (const [name, item] of put) {
      this.#supersede(name, kept, commit);
      this.items.set(name, item);
    }
    for (const [prefix, number] of Object.entries(commit.next)) this.next.set(prefix, number);
    for (const name of [...commit.delete, ...put.keys()]) {
      this.unlinked.delete(name);
      this.unlinked.set(name, generation);
    }
    for (const [name, changed] of this.unlinked) {
      if (changed > commit.linked) break;
      this.unlinked.delete(name);
    }
    this.synced_bytes = Math.max(this.synced_bytes, commit.synced_bytes);
    this.generation = generation;
  }

  /** Drops entries whose files are gone. */
  forget(gone: ReadonlySet<Superseded>): void {
    this.superseded = this.superseded.filter((entry) => !gone.has(entry));
    this.superseded_bytes = sizeOf(this.superseded);
  }

  /** Notes the files of an item's version that no item has after the commit: an item that was renamed keeps them, or one whose info was changed. */
  #supersede(name: string, kept: ReadonlySet<string>, { time_ms }: Commit): void {
    const files = (this.items.get(name)?.files ?? []).filter(([file]) => !kept.has(file));
    if (files.length === 0) return;
    this.superseded.push({
      name,
      journal: this.journal,
      time_ms,
      files: files.map(([file, size]) => [file, size]),
    });
    for (const [, size_bytes] of files) this.superseded_bytes += size_bytes;
  }
}

function sizeOf(superseded: readonly Superseded[]): number {
  let total = 0;
  for (const { files } of superseded) for (const [, size_bytes] of files) total += size_bytes;
  return total;
}

/** What has happened between two snapshots. */
export interface Change {
  readonly generation: number;
  readonly put: readonly string[];
  readonly deleted: readonly string[];
}
