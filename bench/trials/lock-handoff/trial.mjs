// A lock goes from one process to another that waits for it: from the call of release to the moment in which the other program has it. Python persist, whose
// waiters look again twice a second, needs 471 ms.
export default {
  title: "a contended lock goes to another process, median of the hand-offs",
  parameters: { times: 200 },
  quick: { times: 20 },
  reference: ["c-fcntl"],
  targets: [{ driver: "persist-archive", below_ms: 1 }],
};
