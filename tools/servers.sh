#!/bin/sh
# The end-to-end tests run against real servers from Debian's packages. Where we may install
# them, we do; where we may not, those tests say that they were skipped (and fail in CI).
# The tests start the servers by themselves, so none is started here.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
policy=/usr/sbin/policy-rc.d

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "Not Debian, so the servers for the end-to-end tests are not installed." >&2
    exit 0
fi
missing=""
while read -r package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done <tests/debian-packages.txt
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true >/dev/null 2>&1; then root="sudo -n"; else
    echo "Not installed, and we may not install them:$missing" >&2
    exit 0
fi

quietly() {
    "$@" >"$work/log" 2>&1 </dev/null || { tail -n 25 "$work/log" >&2; return 1; }
}

# Debian starts a server when it is installed, unless this file says no (101). One that is
# there already belongs to somebody else and stays as it is.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$work/policy"
    $root install -m 755 "$work/policy" "$policy"
    trap '$root rm -f "$policy"; rm -rf "$work"' EXIT
fi

echo "Installing servers for the end-to-end tests:$missing" >&2
# shellcheck disable=SC2086 # lists of words
{ quietly $root apt-get update -q &&
    quietly $root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $missing; } || {
    echo "They could not be installed; the lines above say why." >&2
    exit 1
}
