import itertools
import os

import numpy as np
from driver import driver


def run(parameters):
    array = np.full(parameters["elements"], np.pi)
    numbers = itertools.count()
    return lambda: np.savez(os.path.join(parameters["directory"], f"{next(numbers)}.npz"), x=array)


driver(run)
