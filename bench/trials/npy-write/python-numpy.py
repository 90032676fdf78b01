import itertools
import os

import numpy as np
from driver import driver


def run(parameters):
    array = np.full(parameters["elements"], np.pi)
    numbers = itertools.count()
    return lambda: np.save(os.path.join(parameters["directory"], f"{next(numbers)}.npy"), array)


driver(run)
