"""Names that could be taken for the school's, made up by dnstwist in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from pydantic import RootModel, ValidationError

import sources
from monitor.domains import registered
from sources.errors import Broken

_WALL = 90.0  # seconds
WORDS = (
    *("login", "mail", "portal", "parents", "pay", "payments", "office", "admissions", "lunch"),
    *("school", "online", "uk", "official", "news", "support", "account"),
)
RESTRICTED = ("sch.uk", "ac.uk", "gov.uk")  # their registry looks at who asks for a name


def parts_of(domain: str) -> tuple[str, str]:
    """The name and the ending: "wexcombepark" and "co.uk". A school at sch.uk stands below
    its county, and is known by what is left of that."""
    label, _, ending = (registered(domain) or domain).partition(".")
    return label, next((one for one in RESTRICTED if ending.endswith(f".{one}")), ending)


def made_up(domain: str, endings: tuple[str, ...], most: int) -> dict[str, str]:
    """At most *most* names and the way in which each was made, the likeliest first."""
    label, ending = parts_of(domain)
    ours = "co.uk" if ending in RESTRICTED else ending
    others = [other for other in endings if other != ending]
    asked = {"label": label, "ending": ours, "endings": others, "words": WORDS, "most": most}
    return _ask(_Question(asked).model_dump_json())


class _Question(RootModel[dict[str, object]]):
    pass


class _Names(RootModel[dict[str, str]]):
    pass


@lru_cache(maxsize=32)  # the same question has the same answer, and schools seldom change
def _ask(question: str) -> dict[str, str]:
    """Only what Python needs goes into its environment: ours holds passwords."""
    kept = ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP")
    ours = str(Path(sources.__path__[0]).parent)
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sources.twist_worker"],
            input=question.encode(),
            capture_output=True,
            timeout=_WALL,
            check=True,
            env=environment | {"PYTHONPATH": ours},
        )
        return dict(_Names.model_validate_json(done.stdout).root)
    except (subprocess.SubprocessError, OSError, ValidationError):
        raise Broken("names like the school's could not be made up") from None
