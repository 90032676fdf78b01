#!/usr/bin/env bash
# Runs lock-stress.cc with the locks of the addon, with ThreadSanitizer and without. (Node itself cannot be loaded under it.)
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build/locks
sources=(test/native/lock-stress.cc native/os/{lock,lock_wait,syscalls,error}.cc)
flags=(-std=c++20 -g -Wall -Wextra -Werror -D_FILE_OFFSET_BITS=64 -Inative -lpthread)
g++ "${sources[@]}" "${flags[@]}" -O1 -fsanitize=thread -o build/locks/stress-tsan
g++ "${sources[@]}" "${flags[@]}" -O2 -o build/locks/stress
build/locks/stress-tsan build/locks/a.lock contend
build/locks/stress build/locks/b.lock
