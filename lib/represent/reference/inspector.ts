// Asks the engine which file a function was written in, through the inspector of this very process: the call is synchronous,
// opens no port, and runs nothing of the function.

import { Session, type Runtime } from "node:inspector";

/** The place where the function is handed over to the inspector for the length of one call. */
const HANDLE = Symbol.for("persist-archive.handle");
const HANDLE_EXPRESSION = 'globalThis[Symbol.for("persist-archive.handle")]';

/** The `file:` URL of the script that holds each function's source; undefined for built-in and bound functions. */
export function locateFunctions(functions: readonly object[]): (string | undefined)[] {
  const session = new Session();
  session.connect();
  try {
    const urls = new Map<string, string>();
    session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
    session.post("Debugger.enable");
    return functions.map((f) => {
      const id = scriptOf(session, f);
      return id === undefined ? undefined : urls.get(id);
    });
  } finally {
    session.disconnect();
  }
}

function scriptOf(session: Session, f: object): string | undefined {
  let id: string | undefined;
  const holder = globalThis as { [HANDLE]?: object };
  holder[HANDLE] = f;
  try {
    session.post("Runtime.evaluate", { expression: HANDLE_EXPRESSION }, (_error, found) => {
      const objectId = found?.result?.objectId;
      if (objectId === undefined) return;
      session.post("Runtime.getProperties", { objectId, ownProperties: true }, (_failure, properties) => {
        const location = properties?.internalProperties?.find(
          (property: Runtime.InternalPropertyDescriptor) => property.name === "[[FunctionLocation]]",
        );
        const value = location?.value?.value as { scriptId?: string } | undefined;
        id = value?.scriptId;
      });
      session.post("Runtime.releaseObject", { objectId });
    });
  } finally {
    delete holder[HANDLE];
  }
  return id;
}
