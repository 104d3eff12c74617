#!/usr/bin/env bash
# Sees to it that programs are there: system-packages.sh PROGRAM=DEBIAN_PACKAGE …
# As root on Debian it installs what is missing, and says so; otherwise it names the one command that does.
set -euo pipefail
missing=()
for pair in "$@"; do
  command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "This machine lacks ${missing[*]}: install it, on Debian with: sudo apt-get install -y ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]} with apt-get, because this machine lacks it." >&2
apt-get update -qq
# RUNLEVEL=1 keeps Debian from starting the packages' own services: ours take their own ports.
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
