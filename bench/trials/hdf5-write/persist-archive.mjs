import "../npy-write/persist-archive.mjs";
