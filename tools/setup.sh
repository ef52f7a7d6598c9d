#!/bin/sh
# Make .venv with pinned packages, and see that there is a browser. Arguments: PYTHON VENV.
# Needs only the package registries that pip and apt are set up for. Root is not needed, but
# where we are root, or sudo asks nothing, missing system packages are installed.
set -eu
python=$1
venv=$2

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

apt_install() {
    command -v apt-get >/dev/null || return 1
    as_root sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"' sh "$@" >&2
}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    apt_install python3 || { echo "Python 3.11 or later is needed. Please install it, then try again." >&2; exit 1; }
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    apt_install python3-venv || { echo "Python's venv is needed. On Debian: apt install python3-venv" >&2; exit 1; }
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt hatchling editables
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[dev,postgres]'

browser() { "$venv/bin/python" -c "import sys; from alerts.evidence.launcher import find_browser; sys.exit(find_browser() is None)"; }
browser || apt_install chromium || true
browser || "$venv/bin/python" -m playwright install chromium || true
browser || echo "No browser could be installed: pages will be recorded by their words only. Please install Chromium." >&2
