# The part that all Python drivers share: the same as driver.mjs. `run` gets the parameters and returns what is timed, which
# is done as many times as the parameter `times` says.
import itertools
import json
import sys
import time


def driver(run, prepare=None, most=None):
    phase, text = sys.argv[1:3]
    parameters = json.loads(text)
    if phase == "prepare":
        if prepare is not None:
            prepare(parameters)
        print("{}")
        return
    timed = run(parameters)
    times = min(parameters.get("times", 1), most or sys.maxsize)
    begun = time.perf_counter_ns()
    for _ in range(times):
        timed()
    elapsed_ns = (time.perf_counter_ns() - begun) / times
    print(json.dumps({"elapsed_ns": elapsed_ns, "peak_bytes": peak_bytes()}))


def peak_bytes():
    """Of this program alone: what getrusage tells begins with the memory of whoever has started it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def blocks(parameters, read):
    """Reads another part of a matrix at each call, as blockAt in arrays.mjs has them. `read` takes two slices."""
    rows, columns, height, width = (parameters[name] for name in ("rows", "columns", "height", "width"))
    numbers = itertools.count()

    def timed():
        number = next(numbers)
        row = number * 397 % (rows - height + 1)
        column = number * 1013 % (columns - width + 1)
        part = read(slice(row, row + height), slice(column, column + width))
        assert part[-1, -1] == 10_000 * (row + height - 1) + column + width - 1

    return timed
