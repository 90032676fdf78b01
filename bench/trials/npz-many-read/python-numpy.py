import os

import numpy as np
from driver import driver


def run(parameters):
    path = os.path.join(parameters["shared"], parameters["file"])

    def timed():
        with np.load(path) as file:
            return {name: file[name] for name in parameters["only"] or file.files}

    return timed


driver(run)
