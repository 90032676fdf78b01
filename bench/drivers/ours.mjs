// The library that is measured. This folder has a package.json of its own, so the project is not found by its name here.
// Its addon is loaded at its first use; the clock of a driver starts after that, as it does after the loading of every other library.
import { native } from "../../dist/native.js";

native();
export * from "../../dist/index.js";
