# A second reader of archives and data sets, written from docs/format.md alone: whoever reads that page should be able to write one. It knows the forms in which plain data is written, and no
# more: literals, Map, Set, Date, BigInt, blocks of JSON, array tables. What it does not know is an error.
import datetime
import json
import os
import re
import zlib

import numpy as np

TOKEN = re.compile(
    r"""\s+ | //[^\n]*
      | (?P<raw>String\.raw`[^`]*`)
      | (?P<string>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.|\\\n)*')
      | (?P<bigint>-?\d+n) | (?P<number>-?(?:\d+\.?\d*(?:e[+-]?\d+)?|NaN|Infinity)\b)
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<mark>[][{}(),:;.=])""",
    re.X,
)


ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def unquoted(text):
    def meaning(match):
        escape = match[1]
        return chr(int(escape[1:], 16)) if escape[0] in "ux" else ESCAPES.get(escape, escape)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.|\n)", meaning, text[1:-1])


class Undefined:
    pass


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(f"at {at}: {text[at:at + 40]!r}")
        at = match.end()
        if match.lastgroup is not None:
            yield match.lastgroup, match.group()
    yield "end", ""


class Module:
    """Evaluates a module's text; afterwards `exports` has the items."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        version = re.match(r"// persist-archive format (\d+)", text)
        if version is not None and int(version[1]) > 1:
            raise ValueError(f"format {version[1]}")
        self.directory = os.path.dirname(path)
        self.tokens = list(tokens(text))
        self.at = 0
        self.names = {"null": None, "undefined": Undefined, "true": True, "false": False}
        self.exports = {}
        while self.tokens[self.at][0] != "end":
            self.statement()

    def take(self, *expected):
        token = self.tokens[self.at]
        if expected and token[1] not in expected:
            raise SyntaxError(f"{expected} expected, not {token[1]!r}")
        self.at += 1
        return token[1]

    def sees(self, text):
        return self.tokens[self.at][1] == text

    def statement(self):
        word = self.take("import", "const", "export")
        if word == "import":  # import { load } from "./_load-….js";
            while self.take() != ";":
                pass
            return
        exported = word == "export"
        if exported:
            word = self.take("const", "default", "{")
        if word == "{":
            while not self.sees("}"):
                local = exported_as = self.take()
                if self.sees("as"):
                    self.take()
                    exported_as = self.take()
                self.exports[exported_as] = self.names[local]
                if self.sees(","):
                    self.take()
            self.take("}")
        elif word == "default":
            self.exports["default"] = self.expression()
        else:
            name = self.take()
            self.take("=")
            self.names[name] = self.expression()
            if exported:
                self.exports[name] = self.names[name]
        self.take(";")

    def expression(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return unquoted(text)
        if kind == "raw":
            return text[len("String.raw`") : -1]
        if kind == "bigint":
            return int(text[:-1])
        if kind == "number":
            return float(text)
        if text == "[":
            return self.list("]", self.expression)
        if text == "{":
            return dict(self.list("}", self.property))
        if text == "new":
            constructor = self.take("Map", "Set", "Date")
            self.take("(")
            given = self.list(")", self.expression)
            if constructor == "Date":
                return datetime.datetime.fromtimestamp(given[0] / 1000, datetime.timezone.utc)
            entries = given[0] if given else []
            return set(entries) if constructor == "Set" else {key: value for key, value in entries}
        if text == "JSON":
            for part in (".", "parse", "("):
                self.take(part)
            return json.loads(self.list(")", self.expression)[0])
        if text == "load":
            for part in ("(", "import", ".", "meta", ".", "url", ","):
                self.take(part)
            rows = self.list(")", self.expression)[0]
            return {name: self.array(*row) for name, row in rows.items()}
        value = self.names[text]
        while self.sees("."):
            self.take()
            value = value[self.take()]
        return value

    def list(self, end, element):
        found = []
        while not self.sees(end):
            if self.sees("."):  # `...` and a list: a long one is written in pieces
                for dot in "...":
                    self.take(dot)
                found.extend(self.expression())
            else:
                found.append(element())
            if not self.sees(end):
                self.take(",")
        self.take(end)
        return found

    def property(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        key = unquoted(text) if kind == "string" else text
        if self.sees(",") or self.sees("}"):
            return key, self.names[text]
        self.take(":")
        return key, self.expression()

    def array(self, file, descr, shape):
        found = np.load(os.path.join(self.directory, file))
        # a number for a typed array, a list for an n-dimensional one
        lengths = tuple(int(n) for n in (shape if isinstance(shape, list) else [shape]))
        if found.dtype != np.dtype(descr) or found.shape != lengths:
            raise ValueError(f"{file} holds {found.dtype} {found.shape}")
        return found


def read_archive(path):
    return Module(os.path.join(path, "index.js")).exports


def read_data_set(path):
    """Gives the items and their info: what the index has, and each whole line of the journal after it."""
    with open(os.path.join(path, "index.js"), encoding="utf-8") as file:
        data, crc, _ = re.split(r"^// The CRC-32 of all that is above: ([0-9a-f]{8})$", file.read(), flags=re.M)
    if zlib.crc32(data.encode()) != int(crc, 16):
        raise ValueError("the index was edited")
    index = Module.__new__(Module)
    index.names, index.exports, index.at, index.tokens = {}, {}, 0, list(tokens(data))
    while index.tokens[index.at][0] != "end":
        index.statement()
    base, items = index.names["base"], index.names["items"]
    crc, generation = int(base["crc"]), base["generation"]
    with open(os.path.join(path, base["journal"]), encoding="utf-8", newline="\n") as file:
        for line in file:
            if not line.endswith("\n") or zlib.crc32(line[9:-1].encode(), crc) != int(line[:8], 16):
                break
            crc = int(line[:8], 16)
            change = json.loads(line[9:])
            if change["generation"] != generation + 1:
                raise ValueError(f"generation {change['generation']} after {generation}")
            generation += 1
            for name in change.get("delete", []):
                del items[name]
            items.update(change.get("put", {}))
    found = {}
    for name, item in items.items():
        for file, size_bytes, crc in (entry for entry in item["files"] if len(entry) == 3):
            with open(os.path.join(path, file), "rb") as content:
                content = content.read()
            if len(content) != size_bytes or zlib.crc32(content) != int(crc, 16):
                raise ValueError(f"{file} is damaged")
        module = Module(os.path.join(path, item["files"][0][0]))
        found[name] = {"info": item.get("info", {}), "value": module.exports["default"]}
    return found
