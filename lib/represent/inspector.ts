// Asks the engine about a value through the inspector of this very process: where a function was written, what a bound function binds, which
// modules are loaded. The calls are synchronous, open no port, and run nothing of the value.
//
// Node's permission model (`node --permission`) keeps it from programs. Then what only the inspector knows makes a value unsupported, but for what can be had in another way.

import { Session, type Runtime } from "node:inspector";
import { isIndex } from "./array-index.ts";
import { getOwnPropertyNames } from "./primordials.ts";
import { Unsupported } from "./unsupported.ts";

/** Where a value is handed to and from the inspector, for the length of one call. */
const HANDLE = Symbol.for("persist-archive.handle");
const HANDLE_EXPRESSION = 'globalThis[Symbol.for("persist-archive.handle")]';

interface Handle {
  value: unknown;
}

/** What the engine knows of a function. */
export interface FunctionFacts {
  /** The `file:` URL (or path) of its source; undefined for built-in and bound functions. */
  readonly url: string | undefined;
  /** What a bound function calls; undefined for others. */
  readonly bound:
    { readonly target: object; readonly receiver: unknown; readonly args: readonly unknown[] } | undefined;
}

export function inspectFunction(f: object): FunctionFacts {
  return withSession((session) => {
    const { internalProperties = [] } = propertiesOf(session, f);
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const target = internal("[[TargetFunction]]");
    if (target !== undefined) {
      const bound = {
        target: valueOf(session, target) as object,
        receiver: valueOf(session, internal("[[BoundThis]]")),
        args: valueOf(session, internal("[[BoundArgs]]")) as unknown[],
      };
      return { url: undefined, bound };
    }
    const { scriptId } = (internal("[[FunctionLocation]]")?.value ?? {}) as { scriptId?: string };
    return {
      url: scriptId === undefined ? undefined : scriptsOf(session).get(scriptId)?.url,
      bound: undefined,
    };
  }, refuse);
}

/** The values of an object's `#private` fields, by name. */
export function privateFieldsOf(object: object): Map<string, unknown> {
  return withSession((session) => {
    const { privateProperties = [] } = propertiesOf(session, object) as {
      privateProperties?: Runtime.PropertyDescriptor[];
    };
    return new Map(privateProperties.map(({ name, value }) => [name, valueOf(session, value)]));
  }, refuse);
}

/** The names of an array's or typed array's own properties that are no elements: at once, where `Object.getOwnPropertyNames` would make a string for every index. */
export function otherNamesOf(array: object): string[] {
  return withSession(
    (session) =>
      propertiesOf(session, array, { nonIndexedPropertiesOnly: true })
        .result.filter(({ symbol }) => symbol === undefined)
        .map(({ name }) => name),
    () => getOwnPropertyNames(array).filter((name) => !isIndex(name)),
  );
}

/** What a proxy stands for, found without running a trap of its handler; undefined for one that was revoked. */
export function proxyTargetOf(proxy: object): object | undefined {
  return withSession((session) => {
    const { internalProperties = [] } = propertiesOf(session, proxy);
    const target = valueOf(session, internalProperties.find(({ name }) => name === "[[Target]]")?.value);
    return target ?? undefined;
  }, refuse);
}

/** Whether a buffer is known to be the memory of a WebAssembly module. */
export function isWebAssemblyMemory(buffer: object): boolean {
  return withSession(
    (session) => {
      const { internalProperties = [] } = propertiesOf(session, buffer);
      return internalProperties.some(({ name }) => name === "[[WebAssemblyMemory]]");
    },
    () => false,
  );
}

/** The URLs of the ES modules that this process has loaded from files. */
export function loadedModules(): string[] {
  return withSession(
    (session) =>
      [...scriptsOf(session).values()]
        .filter(({ isModule, url }) => isModule && url.startsWith("file:"))
        .map(({ url }) => url),
    () => [],
  );
}

/** Uses a session for one thing; does it `otherwise` where this process may have none. */
function withSession<T>(use: (session: Session) => T, otherwise: () => T): T {
  const session = new Session();
  try {
    session.connect();
  } catch {
    return otherwise();
  }
  try {
    return use(session);
  } finally {
    session.disconnect();
  }
}

function refuse(): never {
  throw new Unsupported(
    "cannot be looked into, since this process may not use its inspector (node --permission); what is given to register() is not",
  );
}

/** All scripts of the process, by their number. Takes milliseconds, and more the more there are. */
function scriptsOf(session: Session): Map<string, { readonly url: string; readonly isModule: boolean }> {
  const scripts = new Map<string, { url: string; isModule: boolean }>();
  session.on("Debugger.scriptParsed", ({ params: { scriptId, url, isModule = false } }) =>
    scripts.set(scriptId, { url, isModule }),
  );
  session.post("Debugger.enable");
  return scripts;
}

function withHandle<T>(value: unknown, use: (handle: Handle) => T): T {
  const holder = globalThis as { [HANDLE]?: Handle };
  const handle: Handle = { value };
  holder[HANDLE] = handle;
  try {
    return use(handle);
  } finally {
    delete holder[HANDLE];
  }
}

function propertiesOf(
  session: Session,
  object: object,
  which: Partial<Runtime.GetPropertiesParameterType> & { nonIndexedPropertiesOnly?: boolean } = {},
): Runtime.GetPropertiesReturnType {
  return withHandle(object, () => {
    let properties: Runtime.GetPropertiesReturnType = { result: [] };
    session.post("Runtime.evaluate", { expression: `${HANDLE_EXPRESSION}.value` }, (_error, found) => {
      const objectId = found?.result?.objectId;
      if (objectId === undefined) return;
      session.post(
        "Runtime.getProperties",
        { objectId, ownProperties: true, ...which },
        (_failure, answer) => {
          if (answer !== undefined) properties = answer;
        },
      );
    });
    return properties;
  });
}

/** The value itself that a remote object stands for. */
function valueOf(session: Session, remote: Runtime.RemoteObject | undefined): unknown {
  if (remote === undefined) return undefined;
  const { objectId, unserializableValue } = remote;
  if (objectId !== undefined) {
    return withHandle(undefined, (handle) => {
      const functionDeclaration = `function () { "use strict"; ${HANDLE_EXPRESSION}.value = this; }`;
      session.post("Runtime.callFunctionOn", { objectId, functionDeclaration });
      return handle.value;
    });
  }
  if (unserializableValue === undefined) return remote.value;
  return unserializableValue.endsWith("n")
    ? BigInt(unserializableValue.slice(0, -1))
    : Number(unserializableValue);
}
