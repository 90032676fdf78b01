import os
import sqlite3

from driver import driver


def run(parameters):
    directory, commits = parameters["directory"], parameters["commits"]
    data = sqlite3.connect(os.path.join(directory, "data.db"), isolation_level=None)
    data.execute("pragma journal_mode=wal")
    data.execute("pragma synchronous=full")
    data.execute("create table items (name text primary key, value text)")
    value = "x" * 1000

    def timed():
        for i in range(commits):
            data.execute("insert into items values (?, ?)", (f"x_{i}", value))

    return timed


driver(run)
