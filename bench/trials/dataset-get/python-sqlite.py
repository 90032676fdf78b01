import os
import sqlite3

from driver import driver


def run(parameters):
    directory, items = parameters["directory"], parameters["items"]
    data = sqlite3.connect(os.path.join(directory, "data.db"), isolation_level=None)
    data.execute("pragma journal_mode=wal")
    data.execute("create table items (name text primary key, value text)")
    data.execute("begin")
    for i in range(items):
        data.execute("insert into items values (?, ?)", (f"x_{i}", "x" * 1000))
    data.execute("commit")

    def timed():
        length = 0
        for i in range(items):
            (value,) = data.execute("select value from items where name = ?", (f"x_{i * 617 % items}",)).fetchone()
            length += len(value)
        if length != 1000 * items:
            raise ValueError(length)

    return timed


driver(run)
