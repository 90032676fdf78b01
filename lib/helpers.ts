// The helper functions that stand in the text of an archive when it needs them. The emitter writes these texts, the reader knows them by
// their tokens and does natively what they do.

export interface Helper {
  /** The usual name of the function; `text` may be given another. */
  readonly name: string;
  /** The declaration, of a function called `name`. */
  text(name: string): string;
}

/** `bytes`: a buffer from base64. `link`: replaces each `{"$": n}` in the rows of a graph by row n. */
export const helpers: {
  readonly bytes: Helper;
  readonly fill: Helper;
  readonly arguments: Helper;
  readonly link: Helper;
} = {
  bytes: {
    name: "bytes",
    text: (name) => `const ${name} = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
`,
  },
  fill: {
    name: "fill",
    text: (
      name,
    ) => `const ${name} = (buffer, bytes) => (new Uint8Array(buffer).set(new Uint8Array(bytes)), buffer);
`,
  },
  arguments: {
    name: "argumentsOf",
    text: (name) => `function ${name}() {
  return arguments;
}
`,
  },
  link: {
    name: "link",
    text: (name) => `function ${name}(rows, mark) {
  const stack = [...rows];
  while (stack.length > 0) {
    const holder = stack.pop();
    for (const key in holder) {
      const value = holder[key];
      if (value === null || typeof value !== "object") continue;
      if (Object.hasOwn(value, mark)) holder[key] = rows[value[mark]];
      else stack.push(value);
    }
  }
  return rows;
}
`,
  },
};
