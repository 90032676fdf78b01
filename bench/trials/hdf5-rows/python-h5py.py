import os

import h5py
from driver import driver


def run(parameters):
    dataset = h5py.File(os.path.join(parameters["shared"], parameters["file"]), "r")["a"]

    def read():
        for k in range(parameters["reads"]):
            row = dataset[k]
        assert row[1] == 10_000 * (parameters["reads"] - 1) + 1

    return read


driver(run)
