import os

import h5py
import numpy as np
from driver import driver


def run(parameters):
    path = os.path.join(parameters["shared"], parameters["file"])

    def timed():
        with h5py.File(path, "r") as file:
            assert file["a"][()][-1] == np.pi

    return timed


driver(run)
