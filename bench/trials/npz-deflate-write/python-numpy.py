import os

import numpy as np
from driver import driver


def run(parameters):
    steps = np.random.default_rng(7).random(parameters["elements"]) - 0.5
    array = np.round(np.cumsum(steps), 2)
    path = os.path.join(parameters["directory"], parameters["file"])
    return lambda: np.savez_compressed(path, x=array)


driver(run)
