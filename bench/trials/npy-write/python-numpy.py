import os

import numpy as np
from driver import driver


def run(parameters):
    array = np.full(parameters["elements"], np.pi)
    path = os.path.join(parameters["directory"], "x.npy")
    return lambda: np.save(path, array)


driver(run)
