// The formats of array files, as the conformance suite sees them: how a path is made, what the format can do, and how
// Python reads and writes it.

/** A format in one way of writing it. */
export interface FormatUnderTest {
  readonly title: string;
  /** The ending of its files. */
  readonly ending: string;
  /** Whether a file holds many arrays, by name. */
  readonly isMany: boolean;
  readonly compress: boolean;
  readonly isMappable: boolean;
  /** Whether createArray and openArray serve it. */
  readonly isOpenable: boolean;
  /** Options of createArray by which growing concerns more than one place of the file. */
  readonly growing?: { readonly chunks: readonly number[] };
  /** Python: `load(path, name)` gives an array, `store(path, arrays)` writes a dict of them into one file. */
  readonly python: string;
  /** Descriptors that Python's library cannot write. */
  readonly unwritten?: readonly string[];
}

const NPY = `
def load(path, name):
    return np.load(path, allow_pickle=False)
def store(path, arrays):
    for a in arrays.values():
        np.save(path, a)
`;

const NPZ = `
import zipfile
def load(path, name):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
    return np.load(path, allow_pickle=False)[name]
def store(path, arrays):
    np.savez(path, **arrays)
`;

const HDF5 = `
def load(path, name):
    with h5py.File(path, "r") as f:
        return f[name][()]
def store(path, arrays):
    with h5py.File(path, "w") as f:
        for name, a in arrays.items():
            f[name] = a
`;

const PACKED = `f.create_dataset(name, data=a, **({"compression": "gzip", "shuffle": True} if a.size and a.ndim else {}))`;

export const FORMATS: readonly FormatUnderTest[] = [
  {
    title: "npy",
    ending: ".npy",
    isMany: false,
    compress: false,
    isMappable: true,
    isOpenable: true,
    python: NPY,
  },
  {
    title: "npz",
    ending: ".npz",
    isMany: true,
    compress: false,
    isMappable: true,
    isOpenable: false,
    python: NPZ,
  },
  {
    title: "npz, compressed",
    ending: ".npz",
    isMany: true,
    compress: true,
    isMappable: false,
    isOpenable: false,
    python: NPZ.replace("np.savez", "np.savez_compressed"),
  },
  {
    title: "HDF5",
    ending: ".h5",
    isMany: true,
    compress: false,
    isMappable: true,
    isOpenable: true,
    growing: { chunks: [4, 3, 2] },
    python: HDF5,
    unwritten: [">U4", ">M8[ms]", ">m8[h]"],
  },
  {
    title: "HDF5, compressed",
    ending: ".h5",
    isMany: true,
    compress: true,
    isMappable: false,
    isOpenable: true,
    python: HDF5.replace("f[name] = a", PACKED),
    unwritten: [">U4", ">M8[ms]", ">m8[h]"],
  },
];
