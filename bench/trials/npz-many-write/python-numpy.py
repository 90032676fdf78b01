import os

import numpy as np
from driver import driver


def run(parameters):
    arrays = {f"a{k}": np.full(parameters["elements"], float(k)) for k in range(parameters["arrays"])}
    return lambda: np.savez(os.path.join(parameters["directory"], "many.npz"), **arrays)


driver(run)
