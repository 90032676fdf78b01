import block from "../npy-block/trial.mjs";

export default {
  ...block,
  title: "8 columns of 8192 × 8192 float64 out of an npy file",
  driversOf: "npy-block",
  parameters: { ...block.parameters, height: block.parameters.rows, width: 8 },
  quick: { rows: 1024, columns: 1024, height: 1024 },
};
