export { PersistError, isPersistError } from "./errors.ts";
export type { ErrorCode, ErrorDetails } from "./errors.ts";
export { represent, type CodeTag, type Template } from "./represent/template.ts";
export { register } from "./represent/reference/registry.ts";
export { stringify } from "./archive/stringify.ts";
