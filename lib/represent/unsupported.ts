// What cannot be kept: thrown while a value is taken apart; the survey, which knows the key path, makes it a PersistError.

/** Why a value cannot be kept, as the rest of a sentence that begins with its key path. */
export class Unsupported {
  readonly reason: string;
  /** The step from the value to the part that is at fault, such as a property's key. */
  readonly key: PropertyKey | undefined;
  /** What code of the user's has thrown. */
  readonly cause: unknown;

  constructor(reason: string, key?: PropertyKey, cause?: unknown) {
    this.reason = reason;
    this.key = key;
    this.cause = cause;
  }
}
