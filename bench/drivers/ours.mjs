// The library that is measured. This folder has a package.json of its own, so the project is not found by its name here.
export * from "../../dist/index.js";
