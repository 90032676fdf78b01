// The deepest graph of which no level is plain data. Each door in a process of its own; memory is to stay below 1.6 GB.
export default {
  title: "a chain of 10^6 Maps: save it, read it by each door",
  driversOf: "chain-objects",
  parameters: { shape: "maps", levels: 1_000_000 },
  quick: { levels: 20_000 },
  targets: ["import", "require", "restore"].map((driver) => ({ driver, below_ms: 6000 })),
};
