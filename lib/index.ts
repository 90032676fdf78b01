export { PersistError, isPersistError } from "./errors.ts";
export type { ErrorCode, ErrorDetails } from "./errors.ts";
export { NDArray } from "./ndarray.ts";
export type { Complex, Element, NDArrayFields, Selection } from "./ndarray.ts";
export type { TypedArray } from "./dtype.ts";
