#!/bin/bash
# Within namespaces of its own: keeps apart what is written below the directories that are named, then reads lines and
# runs each in one shell. Before each stands \x01, after it \x02; after what it wrote, \x02 and its exit status.
set -euo pipefail
place=$1
shift
mkdir -p "$place/kept"
mount -t tmpfs none "$place/kept"
for directory in "$@"; do
  mkdir -p "$directory" "$place/kept$directory/upper" "$place/kept$directory/work"
  mount -t overlay none \
    -o "lowerdir=$directory,upperdir=$place/kept$directory/upper,workdir=$place/kept$directory/work" "$directory"
done
mount -t tmpfs none /run
mkdir -p /run/systemd/system
mkdir -p /usr/local/sbin
cp "$place/systemctl" /usr/local/sbin/systemctl
cd "$place"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NO_COLOR=1
set +e
mapfile -t lines
for line in "${lines[@]}"; do
  printf '\x01%s\x02' "$line"
  eval "$line" </dev/null 2>&1
  printf '\x02%s' "$?"
done
