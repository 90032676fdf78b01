// The parts of a bound function, which no reflection shows: they are read through the in-process inspector.
import { Session } from "node:inspector";

export interface BoundParts {
  target: unknown;
  receiver: unknown;
  args: unknown[];
}

interface Remote {
  objectId?: string;
  value?: unknown;
  unserializableValue?: string;
  type: string;
}

const hatch = "persist-archive test hatch";

/** Target, `this` and arguments that `bound` was made with. */
export function boundParts(bound: unknown): BoundParts {
  const session = new Session();
  session.connect();
  const held = globalThis as unknown as Record<string, { value?: unknown }>;
  const post = <T>(method: string, parameters: object): T => {
    let answer: T | undefined;
    session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result as T;
    });
    return answer!; // The answer has come: within one process the session answers at once.
  };
  const hand = (remote: Remote): unknown => {
    if (remote.objectId === undefined)
      return remote.unserializableValue !== undefined
        ? unserializable(remote.unserializableValue)
        : remote.value;
    post("Runtime.callFunctionOn", {
      objectId: remote.objectId,
      functionDeclaration: `function () { "use strict"; globalThis[${JSON.stringify(hatch)}].value = this; }`,
    });
    return held[hatch]!.value;
  };
  try {
    held[hatch] = { value: bound };
    const { result } = post<{ result: Remote }>("Runtime.evaluate", {
      expression: `globalThis[${JSON.stringify(hatch)}].value`,
    });
    const { internalProperties = [] } = post<{ internalProperties?: { name: string; value: Remote }[] }>(
      "Runtime.getProperties",
      { objectId: result.objectId, ownProperties: true },
    );
    const part = (name: string): Remote | undefined =>
      internalProperties.find((property) => property.name === name)?.value;
    const target = part("[[TargetFunction]]");
    if (target === undefined) throw new TypeError("not a bound function");
    return {
      target: hand(target),
      receiver: hand(part("[[BoundThis]]")!),
      args: Array.from(hand(part("[[BoundArgs]]")!) as unknown[]),
    };
  } finally {
    delete held[hatch];
    session.disconnect();
  }
}

function unserializable(text: string): unknown {
  return text.endsWith("n") ? BigInt(text.slice(0, -1)) : Number(text);
}
