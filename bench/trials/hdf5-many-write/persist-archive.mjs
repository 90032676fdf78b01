import "../npz-many-write/persist-archive.mjs";
