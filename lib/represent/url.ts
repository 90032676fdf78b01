// URL and URLSearchParams, by their text; parameters that belong to a URL stay linked to it.

import type { Heritage } from "./heritage.ts";
import { getPrototypeOf } from "./primordials.ts";
import { privateFieldsOf } from "./inspector.ts";
import { ownProperties, type Representation } from "./representation.ts";

type Getter = (this: unknown) => unknown;
const hrefOf = Object.getOwnPropertyDescriptor(URL.prototype, "href")!.get as Getter;
const searchParamsOf = Object.getOwnPropertyDescriptor(URL.prototype, "searchParams")!.get as Getter;
const textOf = URLSearchParams.prototype.toString as Getter;

/** A URL or its parameters; undefined for anything else. Both are told by what only they answer to. */
export function representUrl(object: object, heritage: Heritage): Representation | undefined {
  if (heritage.isOfUrl) {
    const href = answer(hrefOf, object);
    if (typeof href === "string") return built("URL", object, URL.prototype, href);
  }
  if (heritage.isOfParameters) {
    const text = answer(textOf, object);
    if (typeof text === "string") return representParameters(object, text);
  }
  return undefined;
}

function answer(method: Getter, object: object): unknown {
  try {
    return method.call(object);
  } catch {
    return undefined;
  }
}

function built(callee: string, object: object, usual: object, text: string): Representation {
  const prototype = getPrototypeOf(object);
  return {
    kind: callee,
    create: { form: "call", callee, construct: true, args: [text] },
    prototype: prototype === usual ? undefined : prototype,
    ...ownProperties(object),
  };
}

function representParameters(object: object, text: string): Representation {
  const url = [...privateFieldsOf(object).values()].find(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      answer(hrefOf, value) !== undefined &&
      searchParamsOf.call(value) === object,
  );
  const alone = built("URLSearchParams", object, URLSearchParams.prototype, text);
  return url === undefined ? alone : { ...alone, create: { form: "member", of: url, name: "searchParams" } };
}
