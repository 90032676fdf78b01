import commit from "../dataset-commit/trial.mjs";

// By a program that has run for longer than V8 needs to compile what a commit takes.
export default {
  ...commit,
  title: "commit 5,000 items of 1 kB one by one, each synced",
  driversOf: "dataset-commit",
  parameters: { commits: 5000 },
};
