import os

import numpy as np
from driver import blocks, driver


def run(parameters):
    path = os.path.join(parameters["shared"], parameters["file"])
    return blocks(parameters, lambda rows, columns: np.array(np.load(path, mmap_mode="r")[rows, columns]))


driver(run)
