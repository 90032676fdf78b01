import itertools
import os

import numpy as np
from driver import driver


def run(parameters):
    array = np.full(parameters["elements"], np.pi)
    directory = parameters["directory"]
    numbers = itertools.count()

    def timed():
        temporary = os.path.join(directory, ".temporary")
        with open(temporary, "wb") as file:
            np.save(file, array)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, os.path.join(directory, f"{next(numbers)}.npy"))
        above = os.open(directory, os.O_RDONLY)
        os.fsync(above)
        os.close(above)

    return timed


driver(run)
