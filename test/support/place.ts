// Where in a graph one is, as a linked list, so that a path of a million steps costs one object a step.

export interface Place {
  parent: Place | null;
  /** A property key, or the text of another kind of step. */
  step: PropertyKey;
  kind: "key" | "text";
}

/** Steps that a message shows at most at either end. */
const shown_steps = 12;

/** `.runs[3].psi`, with the middle left out when it is very long; `the root` for no step at all. */
export function pathOf(place: Place | null): string {
  const steps: Place[] = [];
  for (let p = place; p !== null; p = p.parent) steps.push(p);
  if (steps.length === 0) return "the root";
  steps.reverse();
  if (steps.length <= 2 * shown_steps) return steps.map(stepText).join("");
  const head = steps.slice(0, shown_steps).map(stepText).join("");
  const tail = steps.slice(-shown_steps).map(stepText).join("");
  return `${head}… ${steps.length - 2 * shown_steps} more …${tail}`;
}

function stepText({ step, kind }: Place): string {
  if (kind === "text") return String(step);
  if (typeof step === "symbol") return `[${String(step)}]`;
  const text = String(step);
  if (/^(0|[1-9][0-9]*)$/.test(text)) return `[${text}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
}
