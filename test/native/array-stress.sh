#!/usr/bin/env bash
# Runs array-stress.cc with the array engine of the addon, under ThreadSanitizer. (Node itself cannot be loaded under it.)
set -euo pipefail
cd "$(dirname "$0")/../.."
rm -rf build/races
mkdir -p build/races/files
sources=(test/native/array-stress.cc native/array/{crc32,deflate,deflate_end,deflated_members,selection,source,stored_members}.cc
  native/os/{beneath,borrow,bus_guard,error,mapping,read,syscalls,write}.cc)
flags=(-std=c++20 -g -O1 -Wall -Wextra -Werror -D_FILE_OFFSET_BITS=64 -Inative -fsanitize=thread)
g++ "${sources[@]}" "${flags[@]}" -o build/races/stress -ldeflate -lz -lpthread
build/races/stress build/races/files
rm -r build/races/files
