// Temporal, where the runtime has it: dates, times and durations by their text.

import { getOwnPropertyDescriptor, getPrototypeOf } from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

interface Kind {
  readonly name: string;
  readonly prototype: object;
  from(text: string): object;
  textOf(this: unknown, options?: object): string;
}

const NAMES = [
  "Instant",
  "ZonedDateTime",
  "PlainDate",
  "PlainDateTime",
  "PlainTime",
  "PlainYearMonth",
  "PlainMonthDay",
  "Duration",
] as const;

/** The classes that there are, by their prototypes. */
const kinds: ReadonlyMap<object, Kind> = findKinds();

function findKinds(): Map<object, Kind> {
  const found = new Map<object, Kind>();
  const temporal = getOwnPropertyDescriptor(globalThis, "Temporal")?.value as
    | Record<string, { prototype: { toString(options?: object): string }; from(text: string): object }>
    | undefined;
  if (temporal === undefined) return found;
  for (const name of NAMES) {
    const Class = temporal[name]!;
    const { prototype } = Class;
    found.set(prototype, { name, prototype, from: Class.from.bind(Class), textOf: prototype.toString });
  }
  return found;
}

/** The class of Temporal that a prototype belongs to. */
export function temporalKind(prototype: object): Kind | undefined {
  return kinds.get(prototype);
}

/** A value of Temporal, told by what only it answers to; undefined for what merely inherits from one. */
export function representTemporal(object: object, kind: Kind | undefined): Representation | undefined {
  if (kind === undefined) return undefined;
  const { name, textOf } = kind;
  let text: string;
  try {
    text = textOf.call(object);
  } catch {
    return undefined;
  }
  if (stateOf(kind, kind.from(text)) !== stateOf(kind, object))
    throw new Unsupported(`is a Temporal.${name} of which its text \`${text}\` does not tell all`);
  const prototype = getPrototypeOf(object);
  return {
    kind: `Temporal.${name}`,
    create: { form: "call", callee: `Temporal.${name}.from`, construct: false, args: [text] },
    prototype: prototype === kind.prototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

const PARTS = [
  "years",
  "months",
  "weeks",
  "days",
  "hours",
  "minutes",
  "seconds",
  "milliseconds",
  "microseconds",
  "nanoseconds",
] as const;

/** All that a value holds, as text: the parts of a duration, or with the day or year that stands behind a month. */
function stateOf({ name, prototype, textOf }: Kind, object: object): string {
  if (name !== "Duration") return textOf.call(object, { calendarName: "always" });
  return PARTS.map((part) => String(getOwnPropertyDescriptor(prototype, part)!.get!.call(object))).join();
}
