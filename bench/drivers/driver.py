# The part that all Python drivers share: the same as driver.mjs. `run` gets the parameters and returns what is timed.
import json
import resource
import sys
import time


def driver(run, prepare=None, repeat=1):
    phase, text = sys.argv[1:3]
    parameters = json.loads(text)
    if phase == "prepare":
        if prepare is not None:
            prepare(parameters)
        print("{}")
        return
    timed = run(parameters)
    begun = time.perf_counter_ns()
    for _ in range(repeat):
        timed()
    elapsed_ns = (time.perf_counter_ns() - begun) / repeat
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"elapsed_ns": elapsed_ns, "peak_bytes": peak_bytes}))
