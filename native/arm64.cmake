# Builds for linux-arm64 on another machine, with Debian's g++-aarch64-linux-gnu. PERSIST_SYSROOT is a directory with the unpacked
# libraries that CMakeLists.txt links (native/sysroot.mjs makes it).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
# CMake configures its own trials anew, without the variables of the command line.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PERSIST_SYSROOT)
set(CMAKE_FIND_ROOT_PATH ${PERSIST_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
