import "../npz-many-read/persist-archive.mjs";
