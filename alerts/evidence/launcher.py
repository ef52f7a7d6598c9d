"""Which browser there is, and how to start and end it with no more rights than it needs.

Chromium refuses to sandbox the superuser, so when we are root the browser runs as the
ordinary user `nobody`; where that cannot be, no page is opened.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from alerts.evidence.errors import NoBrowser

if sys.platform != "win32":
    import pwd

ABSENT = (
    "There is no browser on this computer, so the page was not opened. "
    "Install Chromium (on Debian: apt install chromium-headless-shell chromium-sandbox), then "
    "run `monitor check`."
)
NO_SANDBOX = (
    "The browser cannot be sandboxed on this system, so no page is opened: pages are written "
    "by strangers. Allow unprivileged user namespaces (on Ubuntu: "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0), or install Debian's package "
    "chromium-sandbox and run the monitor as an ordinary user; then run `monitor check`."
)
NO_DRIVER = (
    "The program that drives the browser does not start on this system, so the page was not "
    "opened. On Debian or Ubuntu: apt install libatomic1; then run `monitor check`."
)
ROOT = (
    "The monitor runs as the superuser and cannot hand the browser to an ordinary user, "
    "so no page is opened. Run the monitor as an ordinary user."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
# Chromium without windows: it starts in half the time and draws the same.
SHELL = "chromium-headless-shell"
# Where Debian's start script finds it. The script itself keeps the day when it was written, by
# which a browser would seem older than it is.
SHELL_PROGRAM = Path("/usr/lib/chromium/chromium-headless-shell")
ORDINARY_USER = "nobody"
PID_FILE = "browser.pid"


# Where Chrome and Edge put themselves on macOS and Windows, where no path leads to them.
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_PROGRAMS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")


def _program_folders() -> list[str]:
    names = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
    return [os.environ[name] for name in names if name in os.environ]


def find_browser() -> Path | None:
    """MONITOR_BROWSER, else the system's browser, else one that Playwright downloaded."""
    named = os.environ.get("MONITOR_BROWSER")
    if named:
        return Path(named) if _usable(Path(named)) else None
    return next(filter(_usable, _candidates()), None)


def built_at(browser: Path) -> datetime:
    """When it was made or installed, as its file says; packages keep the day of the build."""
    return datetime.fromtimestamp(browser.resolve().stat().st_mtime, UTC)


def _candidates() -> Iterator[Path]:
    if (shell := shutil.which(SHELL)) is not None:
        yield from (SHELL_PROGRAM, Path(shell))
    yield from (Path(found) for found in map(shutil.which, NAMES) if found)
    yield from map(Path, _APPLICATIONS)
    yield from (Path(root) / path for root in _program_folders() for path in _PROGRAMS)
    for pattern in (
        "chrome-linux*/chrome",
        "chrome-mac*/*.app/Contents/MacOS/*",
        "chrome-win*/*.exe",
    ):
        for folder in _downloads():
            newest_first = sorted(folder.glob(f"chromium-*/{pattern}"), reverse=True)
            yield from (found for found in newest_first if "chrom" in found.name.lower())


def _downloads() -> list[Path]:
    """Where Playwright keeps browsers. Source: playwright.dev/python/docs/browsers."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named:
        return [Path(named)]
    local = os.environ.get("LOCALAPPDATA")
    homes = [Path.home() / ".cache", Path.home() / "Library" / "Caches"]
    return [home / "ms-playwright" for home in ([*homes, Path(local)] if local else homes)]


def _usable(path: Path) -> bool:
    """Root's browser runs as another user, who must be able to reach it."""
    if not (path.is_file() and os.access(path, os.X_OK)):
        return False
    parts = [path.resolve(), *path.resolve().parents]
    return not _is_root() or all(part.stat().st_mode & stat.S_IXOTH for part in parts)


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def prepare(scratch: Path, browser: Path) -> Path:
    """What to execute instead of *browser*: a script that drops rights and notes its pid.

    *scratch* is empty and ours; the browser gets a home and a profile in it. Playwright
    starts the browser in a process group of its own, which PID_FILE makes known to us.
    """
    home = scratch / "home"
    (home / "profile").mkdir(parents=True)
    if sys.platform == "win32":
        return browser
    scratch.chmod(0o711)
    launcher = scratch / "launch"
    lines = (
        "#!/bin/sh",
        f"echo $$ > {shlex.quote(str(scratch / PID_FILE))}",
        *(f"export {name}={shlex.quote(str(home))}" for name in _HOME_NAMES),
        f'exec {_lowered(home)}{shlex.quote(str(browser))} "$@"',
    )
    launcher.write_text("\n".join(lines) + "\n")
    launcher.chmod(0o755)
    return launcher


_HOME_NAMES = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR")


def _lowered(home: Path) -> str:
    """The command by which the browser becomes an ordinary user, and dies with its driver."""
    setpriv = shutil.which("setpriv")
    if not _is_root():
        return f"{shlex.quote(setpriv)} --pdeathsig=KILL -- " if setpriv else ""
    try:
        user = pwd.getpwnam(ORDINARY_USER)
    except KeyError as fault:
        raise NoBrowser(ROOT) from fault
    if setpriv is None:
        raise NoBrowser(ROOT)
    for folder in (home, home / "profile"):
        os.chown(folder, user.pw_uid, user.pw_gid)
    return (
        f"{shlex.quote(setpriv)} --reuid={user.pw_uid} --regid={user.pw_gid} --clear-groups "
        "--no-new-privs --pdeathsig=KILL -- "
    )


def end_browser(scratch: Path) -> None:
    """Kill the browser of *scratch* with all its processes, if it still runs."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, ValueError):
        os.killpg(int((scratch / PID_FILE).read_text()), signal.SIGKILL)
    for process in _strays(scratch):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _strays(scratch: Path) -> Iterator[int]:
    """Its crash reporters, which leave the group. Linux only; elsewhere they end by themselves."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(scratch) in (process / "cmdline").read_bytes():
                yield int(process.name)
