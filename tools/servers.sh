#!/bin/sh
# The end-to-end tests run against real servers from Debian's packages. Where we may install
# them, we do; where we may not, those tests say that they were skipped (and fail in CI).
set -eu
packages=$(cat tests/debian-packages.txt)
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true 2>/dev/null; then root="sudo -n"; else
    echo "Not installed, and we may not install them:$missing" >&2
    exit 0
fi
# shellcheck disable=SC2086 # lists of words
$root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
