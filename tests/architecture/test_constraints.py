"""constraints.txt names every package that we need, in a version that Debian 12 can run."""

from collections.abc import Iterator
from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.architecture.project import ROOT

OLDEST = "3.11.2"  # Debian 12; requires-python alone says no more than 3.11
_OURS = Requirement("school-reputation-monitor[dev,postgres]")
_BUILD = (Requirement("hatchling"), Requirement("editables"))


def _pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def _needed() -> set[str]:
    """The names of all that `make setup` installs, and of all that these need in turn."""
    waiting, seen = [_OURS, *_BUILD], set()
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            waiting += _wants(wanted)
    return {name for name, _ in seen} - {canonicalize_name(_OURS.name)}


def _wants(wanted: Requirement) -> Iterator[Requirement]:
    for line in distribution(wanted.name).requires or ():
        found = Requirement(line)
        extras = ("", *wanted.extras)
        if found.marker is None or any(found.marker.evaluate({"extra": e}) for e in extras):
            yield found


def test_every_package_that_we_need_is_pinned_at_the_version_that_is_installed() -> None:
    assert _pinned() == {name: distribution(name).version for name in _needed()}


def test_every_package_runs_on_the_python_of_debian_12() -> None:
    too_new = {name for name in _needed() if OLDEST not in _pythons(name)}
    assert too_new == set()


def _pythons(name: str) -> SpecifierSet:
    return SpecifierSet(distribution(name).metadata.get("Requires-Python", ""))
