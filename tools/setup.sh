#!/bin/sh
# Make the virtual environment with its pinned packages, and see that there is a browser.
# Arguments: PYTHON VENV. Needs only the package registries that pip and apt are set up for.
# Root is not needed; where we are root, or sudo asks nothing, missing system packages are
# installed.
set -eu
python=$1
venv=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

# Run a command; the end of what it says is shown, and only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 </dev/null || { tail -n 25 "$work/log" >&2; return 1; }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || sudo -n true >/dev/null 2>&1
}

apt_install() {
    may_install || return 1
    say "Installing from the system's packages: $*"
    quietly as_root apt-get update -q &&
        quietly as_root apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends "$@"
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in "$python" python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then python=$candidate; return 0; fi
    done
    return 1
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

make_venv() {
    has_pip && is_new_enough "$venv/bin/python" && return 0
    "$python" -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv || true
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        quietly "$python" -m venv --clear "$venv"
    else
        quietly "$python" -m venv --clear --without-pip "$venv" && { pip_from_pip || pip_from_debian; }
    fi
    has_pip
}

pip_from_pip() {
    "$python" -m pip --version >/dev/null 2>&1 || return 1
    quietly "$python" -m pip --python "$venv/bin/python" install --quiet pip
}

# Debian keeps pip apart from Python. Anybody may fetch that package and look into it.
pip_from_debian() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    say "Python came without pip; unpacking the system's package of it, for this folder only."
    mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" || return 1
    cat >"$work/apt.conf" <<CONF
Dir::State::Lists "$work/apt/lists";
Dir::Cache "$work/apt";
CONF
    (
        cd "$work" && export APT_CONFIG="$work/apt.conf"
        quietly apt-get update -q && quietly apt-get download -q python3-pip-whl
    ) || return 1
    dpkg-deb -x "$work"/python3-pip-whl_*.deb "$work/pip" || return 1
    wheels=$work/pip/usr/share/python-wheels
    quietly "$venv/bin/python" "$(echo "$wheels"/pip-*.whl)/pip" install \
        --quiet --no-index --find-links "$wheels" pip
}

# Wheels only: no compiler is needed, and nothing is built from strangers' scripts.
pip_install() {
    quietly "$venv/bin/python" -m pip install --progress-bar off --only-binary :all: \
        --no-build-isolation --constraint constraints.txt "$@"
}

has_browser() {
    "$venv/bin/python" -c \
        'import sys; from alerts.evidence.launcher import find_browser; sys.exit(find_browser() is None)'
}

# Root's downloads lie in a private folder, where the ordinary user who runs the browser is not
# let in; so root goes without.
download_browser() {
    [ "$(id -u)" != 0 ] || return 1
    say "Downloading a browser."
    "$venv/bin/python" -m playwright install chromium >"$work/log" 2>&1 </dev/null && return 0
    say "That failed: $(grep -m 1 -i error "$work/log" || echo 'no reason was given')"
    return 1
}

# Playwright brings a Node.js of its own, which wants a library that small systems lack.
has_driver() { "$venv/bin/python" -m playwright --version >/dev/null 2>&1; }

# The whole way, sandbox and all: a browser that is there need not be one that starts.
try_browser() {
    "$venv/bin/python" - <<'CODE'
import sys
from alerts.evidence.errors import EvidenceError, NoBrowser
from alerts.evidence.launcher import find_browser
from alerts.evidence.pdf import print_pdf
try:
    print_pdf("<!doctype html><title>set-up</title>", find_browser())
except NoBrowser as error:
    sys.exit(f"Pages will be recorded by their words only, without pictures. {error}")
except EvidenceError as error:
    sys.exit(f"{error} It is tried again with each page; `monitor check` tells how it goes.")
CODE
}

find_python || apt_install python3 python3-venv || true
find_python || fail "Python 3.11 or later is needed. Please install it, then try again."
make_venv || fail "No virtual environment could be made in $venv. On Debian and Ubuntu, \
'apt install python3-venv' as root gives Python what it lacks; then try again."

say "Installing the Python packages into $venv; the first time takes a few minutes."
pip_install hatchling editables && pip_install -e '.[dev,postgres]' ||
    fail "The Python packages could not be installed; the lines above say why. Most often the \
network is at fault, and trying again helps."

# Where Python may not keep what it has compiled, every command would compile the program anew.
"$venv/bin/python" -m compileall -q monitor sources nlp alerts || true

quietly "$venv/bin/python" tools/assets/bring.py ||
    fail "The lines above say why. Most often the network is at fault, and trying again helps."

has_driver || apt_install libatomic1 || true
# With the fonts that pages expect: a picture full of empty boxes is poor evidence.
fonts="fonts-liberation fonts-noto-color-emoji"
# shellcheck disable=SC2086 # a list of words
has_browser || apt_install chromium-headless-shell chromium-sandbox $fonts ||
    apt_install chromium chromium-sandbox $fonts || true
has_browser || { has_driver && download_browser; } || true
if ! has_browser; then
    say "There is no browser, and none could be installed: pages will be recorded by their words \
only, without pictures. Once it is there (Debian: apt install chromium-headless-shell chromium-sandbox libatomic1), it is used."
else
    try_browser || true
fi
