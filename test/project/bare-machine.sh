#!/usr/bin/env bash
# Proves the README's two commands on a machine that has Debian 12 and Node and nothing else: makes such a machine in a
# directory (debootstrap, chroot), clones the last commit into it, and runs there
#
#   1. npm start as a normal user: it must name the command that installs what is missing, and fail
#   2. npm start as root: it must install, build and run the example
#   3. npm test as root
#   4. the set-up again: it must find nothing to do, in less than 2 seconds
#   5. the set-up as a normal user with sudo and no password, one package removed: it must install that
#
# Needs root, debootstrap, git and the network. BARE_BASE names a directory with an unpacked minimal Debian to start from;
# without it one is made (about 40 s). BARE_KEEP=1 leaves the machine in place for a look.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "bare-machine: run this as root; it needs chroot" >&2
  exit 1
fi

# Mounts are made in a namespace of their own, so that none is left when this ends in whatever way.
if [ -z "${BARE_ROOT:-}" ]; then
  BARE_ROOT=$(mktemp -d)
  export BARE_ROOT
  status=0
  unshare --mount --propagation private "$0" "$@" || status=$?
  if [ -n "${BARE_KEEP:-}" ]; then
    echo "bare-machine: left in $BARE_ROOT"
  else
    rm -rf --one-file-system "$BARE_ROOT"
  fi
  exit "$status"
fi
root=$BARE_ROOT

say() { echo "bare-machine: $*"; }

# Debian without compiler, make, CMake, Python, HDF5 or git.
if [ -n "${BARE_BASE:-}" ]; then
  cp -a "$BARE_BASE/." "$root"
else
  say "installing a minimal Debian 12"
  debootstrap --variant=minbase bookworm "$root" >/dev/null
fi
chmod 755 "$root" # mktemp lets nobody else in, and it is the root of all users there
for command in g++ make cmake python3 git node; do
  if chroot "$root" sh -c "command -v $command" >/dev/null; then
    say "this machine is not bare: it has $command" >&2
    exit 1
  fi
done

# Node and npm, as their archive has them.
prefix=$(dirname "$(dirname "$(realpath "$(command -v node)")")")
mkdir -p "$root/usr/local/lib/node_modules"
cp "$prefix/bin/node" "$root/usr/local/bin/"
cp -a "$prefix/lib/node_modules/npm" "$root/usr/local/lib/node_modules/"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

# How this machine reaches the network: name servers, proxies of apt, certificates.
cp /etc/resolv.conf "$root/etc/resolv.conf"
apt-config dump | grep -E '^Acquire::(http|https)::Proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  cp "$NODE_EXTRA_CA_CERTS" "$root/etc/certificates.crt"
  export NODE_EXTRA_CA_CERTS=/etc/certificates.crt
fi

mount --bind /dev "$root/dev"
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"

chroot "$root" useradd --create-home person
git clone --quiet --no-hardlinks . "$root/root/persist-archive"
cp -a "$root/root/persist-archive" "$root/home/person/"
chroot "$root" chown -R person:person /home/person

# inside USER COMMAND…: runs a command in that user's clone, with no terminal and no settings of this machine.
inside() {
  local user=$1 home=/root
  shift
  [ "$user" = root ] || home=/home/$user
  chroot --userspec="$user:" "$root" env -i HOME="$home" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} \
    sh -c 'cd ~/persist-archive && exec "$@"' sh "$@" </dev/null
}

timed() {
  local start=$SECONDS
  "$@"
  say "that took $((SECONDS - start)) s"
}

say "1. npm start as a normal user"
if output=$(inside person npm start 2>&1); then
  say "it ended well, but it cannot have" >&2
  exit 1
fi
echo "$output"
grep -q "apt-get install -y --no-install-recommends cmake g++ make libhdf5-dev libdeflate-dev libxxhash-dev libisal-dev" <<<"$output"

say "2. npm start as root"
timed inside root npm start

say "3. npm test as root"
timed inside root npm test

say "4. the set-up again, three times"
best_ms=60000
for _ in 1 2 3; do
  start=$(date +%s%N)
  inside root npm run build
  elapsed_ms=$((($(date +%s%N) - start) / 1000000))
  say "it took $elapsed_ms ms"
  if [ "$elapsed_ms" -lt "$best_ms" ]; then best_ms=$elapsed_ms; fi
done
[ "$best_ms" -lt 2000 ]

say "5. the set-up as a normal user with sudo"
chroot "$root" apt-get -qq -y install --no-install-recommends sudo >/dev/null 2>&1
echo "person ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/person"
chroot "$root" apt-get -qq -y remove libhdf5-dev >/dev/null 2>&1
timed inside person npm run build

say "all five steps are as they must be"
