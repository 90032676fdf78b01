// One line at the bottom of the terminal that tells what is going on; nothing in a pipe.

/** Shows a text in place of the last one; "" takes it away. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
