"""Reads a data set with Python's own modules and NumPy: the index, then the lines of the journal since."""
import json
import re
import sys
import zlib
from pathlib import Path

import numpy as np


def items(path):
    """What index.js does when it is imported: from the name of each item to its files and its info."""
    text = (path / "index.js").read_text()
    found = json.loads(re.search(r"String\.raw`(.*?)`", text, re.S)[1])
    crc = int(re.search(r"crc: (\d+)", text)[1])
    journal = path / re.search(r'journal: "(.*?)"', text)[1]
    for line in journal.read_bytes().split(b"\n")[:-1]:
        crc = zlib.crc32(line[9:], crc)
        if line[:9] != b"%08x " % crc:
            break  # it was never finished
        commit = json.loads(line[9:])
        for name in commit.get("delete", []):
            del found[name]
        found.update(commit.get("put", {}))
    return found


path = Path(sys.argv[1])
for name, item in sorted(items(path).items(), key=lambda entry: entry[1]["info"]["drive"]):
    array = next(file for file, *_ in item["files"] if file.endswith(".section.npy"))
    section = np.load(path / array, mmap_mode="r")
    print(f"{name:9} F = {item['info']['drive']:.3f}  period {item['info']['period']}  mean velocity {section[:, 1].mean():+.3f}")
