"""Prove that evidence is what was sealed.

    python verify.py FOLDER [SHA256]

FOLDER is one capture (it holds manifest.json) or an unpacked evidence pack (it holds
incident.json); without FOLDER, the folder in which verify.py lies. SHA256 is a number
written down elsewhere: for a capture that of its manifest, from the incident log; for a pack
that of incident.json, printed at export. Without it nobody can tell whether the lists were
made anew together with the files.
Ends with 0 when everything is unchanged; with 1, and the name of each file, when not.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .capture import MANIFEST, verify
from .pack import PACK, is_pack, verify_pack
from .problem import Problem
from .stamps import proviso


def check(folder: Path, sha256: str | None = None) -> list[Problem]:
    """A capture or an unpacked pack, with the number for it that was written down elsewhere."""
    return verify_pack(folder, sha256) if is_pack(folder) else verify(folder, sha256)


def main(arguments: list[str], home: Path) -> int:
    """*home*: what is checked where no folder is named."""
    if len(arguments) > 2 or any(a in ("-h", "--help") for a in arguments):
        sys.stdout.write(__doc__ or "")
        return 2
    folder = Path(arguments[0]) if arguments else home
    sha256 = arguments[1] if len(arguments) == 2 else None
    if not folder.is_dir():
        return _say([f"{folder} is not a folder. Name the folder that holds the evidence."], 1)
    problems = check(folder, sha256)
    if problems:
        return _say([*(problem.sentence for problem in problems), "NOT as it was sealed."], 1)
    if sha256 is None:
        return _say(provisos(folder, "as a second word: python verify.py FOLDER NUMBER"), 0)
    return _say(["Unchanged: every file is as it was sealed.", *proviso(folder)], 0)


def provisos(folder: Path, how: str) -> list[str]:
    """What "unchanged" means where no number from elsewhere was given, and how to give one."""
    pack = is_pack(folder)
    what, listing = ("pack", PACK) if pack else ("folder", MANIFEST)
    number = (
        f"the SHA-256 of {PACK} that was printed at export"
        if pack
        else "the SHA-256 of the manifest from the incident log"
    )
    return [
        f"Unchanged, as far as the {what} can tell by itself.",
        f"It cannot tell whether {listing} was made anew together with changed files.",
        f"To prove that too, add {number} {how}",
        *proviso(folder),
    ]


def _say(lines: list[str], status: int) -> int:
    text = "\n".join(lines) + "\n"
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return status
