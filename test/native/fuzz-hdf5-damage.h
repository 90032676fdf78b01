// HDF5 files damaged in memory, each made of a seed and a number.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace persist::fuzz {

/** A range of a file whose checksum follows it. */
struct Summed {
  size_t start;
  size_t size_bytes;
};

struct Seed {
  std::string bytes;
  std::vector<Summed> summed;
};

struct Damage {
  std::string bytes;
  size_t seed;  // which of the files it was
};

/** Reads a file, and finds what has checksums in it. */
Seed SeedOf(const std::string& path);

/** The damaged file of a number. Most often its checksums are right, so that the damage is looked at. */
Damage Damaged(const std::vector<Seed>& seeds, uint32_t seed, uint32_t number);

}  // namespace persist::fuzz
