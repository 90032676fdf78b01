import os

import h5py
from driver import blocks, driver


def run(parameters):
    path = os.path.join(parameters["shared"], parameters["file"])

    def read(rows, columns):
        with h5py.File(path, "r") as file:
            return file["a"][rows, columns]

    return blocks(parameters, read)


driver(run)
