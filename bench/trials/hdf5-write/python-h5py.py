import itertools
import os

import h5py
import numpy as np
from driver import driver


def run(parameters):
    array = np.full(parameters["elements"], np.pi)
    numbers = itertools.count()

    def timed():
        with h5py.File(os.path.join(parameters["directory"], f"{next(numbers)}.h5"), "w") as file:
            file["a"] = array

    return timed


driver(run)
