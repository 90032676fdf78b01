// Small damages to a text: characters and tokens taken out, doubled, exchanged, or put in from elsewhere.

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\]|\\[^])*`|\.\.\.|=>|\*\*|[^]/gu;

/** What hostile or careless hands put in. */
const FOREIGN = [
  ..."[ ] { } ( ) , ; : . ... = => + - * ** / % ? ! ~ < > & | ^ # @ ` ' \" \\ \n \r \u2028 // /* */ 0 1 -0 0n 1e3 08 0x .5 NaN".split(
    " ",
  ),
  ..."null undefined true void new const let var export default import from as function class async await this typeof".split(
    " ",
  ),
  ..."__proto__ constructor prototype length valueOf toString get set if eval arguments Map Set Object Array Symbol JSON Function".split(
    " ",
  ),
  ..."globalThis process Math Error Date RegExp Buffer Reflect String a b c d x y".split(" "),
  "__proto__: null",
  "['__proto__']: 1",
  "new Map()",
  "new Set([1])",
  "Symbol.iterator",
  "Object.freeze(",
  "Object.assign(a, ",
  "a.x = a;",
  "{ ...a }",
  "[...a]",
  "String.raw`\\`",
  "${1}",
  '"\\u{41}"',
  "'\\\n'",
  "/[/]/g",
  "process.exit()",
  "touched()",
];

/** `text` with one to three damages; `others` are texts to take tokens from. */
export function mutate(text: string, others: readonly string[], random: () => number): string {
  const below = (n: number): number => Math.floor(random() * n);
  let result = text;
  for (let count = 1 + below(3); count > 0; count--) {
    result = random() < 0.3 ? mutateCharacters(result, below) : mutateTokens(result, others, below);
  }
  return result;
}

function mutateCharacters(text: string, below: (n: number) => number): string {
  const at = below(text.length + 1);
  const character = below(4) === 0 ? String.fromCharCode(below(0x250)) : (text[below(text.length)] ?? " ");
  switch (below(3)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(3));
    case 1:
      return text.slice(0, at) + character + text.slice(at);
    default:
      return text.slice(0, at) + character + text.slice(at + 1);
  }
}

function mutateTokens(text: string, others: readonly string[], below: (n: number) => number): string {
  const tokens = text.match(TOKEN) ?? [];
  const at = below(tokens.length + 1);
  const other = others[below(others.length)]!.match(TOKEN) ?? [""];
  switch (below(7)) {
    case 0:
      tokens.splice(at, 1 + below(3));
      break;
    case 1:
      tokens.splice(at, 0, tokens[at] ?? "");
      break;
    case 2:
      tokens.splice(at, 1, FOREIGN[below(FOREIGN.length)]!);
      break;
    case 3:
      tokens.splice(at, 0, FOREIGN[below(FOREIGN.length)]!);
      break;
    case 4:
      tokens.splice(at, 1, tokens[below(tokens.length)] ?? "");
      break;
    case 5:
      tokens.splice(at, 1, other[below(other.length)]!);
      break;
    default: {
      const from = below(other.length);
      tokens.splice(at, 0, ...other.slice(from, from + 1 + below(8)));
    }
  }
  return tokens.join("");
}
