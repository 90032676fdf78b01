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

# Without what makes a request invalid when its wait is cancelled, a cancellation that comes right before the system call is lost: one of these runs must hang.
sed 's/request->l_whence = -1;/(void)request;/' native/os/lock_wait.cc >build/locks/lock_wait.cc
if cmp -s native/os/lock_wait.cc build/locks/lock_wait.cc; then echo "nothing to take away was found in lock_wait.cc" && exit 1; fi
g++ "${sources[@]/native\/os\/lock_wait.cc/build\/locks\/lock_wait.cc}" "${flags[@]}" -O2 -o build/locks/stress-mutant
for _ in {1..20}; do
  if ! (build/locks/stress-mutant build/locks/c.lock) >/dev/null 2>&1; then echo "a cancelled wait that never ends is noticed" && exit 0; fi
done
echo "nothing notices that a cancellation may be lost"
exit 1
