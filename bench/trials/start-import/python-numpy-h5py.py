# Python's peers, of which a program imports the second beside the first to read HDF5 files.
from driver import driver


def run(parameters):
    def timed():
        import numpy  # noqa: F401
        import h5py  # noqa: F401

    return timed


driver(run)
