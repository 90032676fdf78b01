// Four processes read under a shared lock, each for 20 ms and again at once, so that there is no moment without a reader. How long does a writer wait?
export default {
  title: "a writer among four overlapping readers gets its lock, median of the waits",
  parameters: { times: 40, reading_ms: 20 },
  quick: { times: 5 },
  targets: [{ driver: "persist-archive", below_ms: 50 }],
};
