// Output for people: lines that stay, and on a terminal one line at the bottom that keeps changing.
import { styleText } from "node:util";

const terminal = process.stdout.isTTY === true;
const colours = terminal && !process.env.NO_COLOR && process.env.TERM !== "dumb";
let status = "";
let shown_ms = 0;

/** Text in a style of `util.styleText`, plain where there is no terminal. */
export function paint(style, text) {
  return colours ? styleText(style, text) : text;
}

/** Prints a line that stays. */
export function line(text = "") {
  process.stdout.write(terminal && status !== "" ? `\r\x1b[2K${text}\n${status}` : `${text}\n`);
}

/** Shows how far things are: in place on a terminal, ten times a second at most; in a pipe as a line every five seconds. */
export function progress(text) {
  const now_ms = performance.now();
  if (now_ms - shown_ms < (terminal ? 100 : 5000)) return;
  shown_ms = now_ms;
  if (!terminal) process.stdout.write(`${text}\n`);
  else {
    status = text;
    process.stdout.write(`\r\x1b[2K${status}`);
  }
}

/** Takes the changing line away. */
export function clear() {
  if (status !== "") process.stdout.write("\r\x1b[2K");
  status = "";
}

/** A bar of `width` characters, `part` of it full. */
export function bar(part, width) {
  const full = Math.round(Math.min(Math.max(part, 0), 1) * width);
  return paint("cyan", "█".repeat(full)) + paint("gray", "░".repeat(width - full));
}
