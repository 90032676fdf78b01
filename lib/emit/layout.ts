// Lays an expression out in lines of at most WIDTH columns. The expression comes as a list of parts: text, and marks for groups and possible line breaks. A
// group whose text fits is written in one line; else each of its breaks is a new line, or, in a list of short things, as many stand in a line as fit.

/** Begins a group; what follows a break inside is indented. */
export const OPEN = 1;
export const CLOSE = 2;
/** A space, or a new line in a group that does not fit. */
export const LINE = 3;
/** Nothing, or a new line. */
export const SOFT = 4;
/** A space, or a new line where the next part would not fit any more. */
export const FILL = 5;
/** Nothing, or a comma in a group that does not fit. */
export const TRAILING_COMMA = 6;

export type Mark =
  typeof OPEN | typeof CLOSE | typeof LINE | typeof SOFT | typeof FILL | typeof TRAILING_COMMA;
/** Bytes are text that is laid out already. */
export type Part = string | Uint8Array | Mark;

const WIDTH = 100;
/** Deeper levels are not indented further, so that the text of a deep graph stays in proportion to it. */
const INDENTED_LEVELS = 24;

/** Writes parts through `out`, beginning in column `column`. */
export function layOut(
  parts: readonly Part[],
  column: number,
  out: (text: string | Uint8Array) => void,
): void {
  const widths = groupWidths(parts);
  const flat: boolean[] = [];
  let group = 0;
  let isFlat = false;
  let at = column;
  let line = "";
  const newLine = (next: Part | undefined): void => {
    // a closing bracket stands where its group began
    const levels = next === CLOSE ? flat.length - 1 : flat.length;
    const indent = "  ".repeat(Math.min(levels, INDENTED_LEVELS));
    line += `\n${indent}`;
    at = indent.length;
  };
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (typeof part === "string") {
      line += part;
      at += part.length;
      continue;
    }
    switch (part) {
      case OPEN:
        isFlat = isFlat || at + widths[group]! <= WIDTH;
        flat.push(isFlat);
        group++;
        break;
      case CLOSE:
        flat.pop();
        isFlat = flat.at(-1) ?? false;
        break;
      case LINE:
        if (isFlat) {
          line += " ";
          at++;
        } else newLine(parts[i + 1]);
        break;
      case SOFT:
        if (!isFlat) newLine(parts[i + 1]);
        break;
      case FILL:
        if (isFlat || at + 1 + widthOfItem(parts, i + 1) <= WIDTH) {
          line += " ";
          at++;
        } else newLine(parts[i + 1]);
        break;
      case TRAILING_COMMA:
        if (!isFlat) line += ",";
        break;
      default:
        out(line);
        out(part);
        line = "";
        at += part.length;
    }
    if (line.length > 1 << 16) {
      out(line);
      line = "";
    }
  }
  out(line);
}

/** The width of each group in one line, in the order in which the groups open. */
function groupWidths(parts: readonly Part[]): number[] {
  const widths: number[] = [];
  const open: number[] = [];
  let total = 0;
  for (const part of parts) {
    if (typeof part === "string") total += part.length;
    else if (typeof part === "object") total += WIDTH + 1;
    else if (part === OPEN) {
      open.push(widths.length);
      widths.push(total);
    } else if (part === CLOSE) {
      const group = open.pop()!;
      widths[group] = total - widths[group]!;
    } else if (part === LINE || part === FILL) total += 1;
  }
  return widths;
}

/** The width of the text up to the next break. */
function widthOfItem(parts: readonly Part[], from: number): number {
  let width = 0;
  for (let i = from; i < parts.length && width <= WIDTH; i++) {
    const part = parts[i]!;
    if (typeof part !== "string") break;
    width += part.length;
  }
  return width;
}
