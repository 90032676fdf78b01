import block from "../hdf5-block/trial.mjs";

export default {
  ...block,
  title: "8 columns of 8192 × 8192 float64 out of a contiguous HDF5 dataset",
  driversOf: "hdf5-block",
  parameters: { ...block.parameters, height: block.parameters.rows, width: 8 },
  quick: { rows: 1024, columns: 1024, height: 1024 },
};
