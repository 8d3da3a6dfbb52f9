#!/usr/bin/env bash
# The quickstart on a fresh Debian 12: makes a chroot with debootstrap, copies a clean clone of HEAD
# into it, and runs examples/quickstart.sh there. Needs root and debootstrap; not part of ctest.
#
#   test/e2e/fresh_machine.sh [FOLDER [COMMAND...]]
#
# FOLDER (default: a new one in /var/tmp, removed at the end) is where the chroot is made; one that
# exists is used as it is. COMMAND is run in the clone instead of ./examples/quickstart.sh. The exit
# code is the command's.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "needs the Debian package debootstrap" >&2; exit 1; }
root=${1:-}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- ./examples/quickstart.sh

remove=
if [ -z "$root" ]; then
  root=$(mktemp -d /var/tmp/fresh-machine-XXXXXX)
  remove=$root
fi
leave() {
  for mounted in proc dev/shm dev; do
    if mountpoint -q "$root/$mounted"; then umount -l "$root/$mounted"; fi
  done
  if [ -n "$remove" ]; then rm -rf --one-file-system "$remove"; fi
}
trap leave EXIT

if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase bookworm "$root" >/dev/null
  echo "a fresh Debian $(cat "$root/etc/debian_version") after $SECONDS s"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/dev" "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/shm "$root/dev/shm"
mount -t proc proc "$root/proc"

rm -rf "$root/troupe"
git clone -q --no-hardlinks . "$root/troupe"
SECONDS=0
code=0
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  sh -c 'cd /troupe && exec "$@"' fresh_machine "$@" || code=$?
echo "'$*' ended with $code after $SECONDS s"
exit "$code"
