import "../npy-block/persist-archive.mjs";
