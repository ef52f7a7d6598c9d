"""One byte of evidence after another is changed, and each time a verifier is asked what is wrong.

Needs the standard library alone, so that it also runs where there is nothing but Python and the
verifier from a pack: python -I -S flips.py FOLDER-OF-THE-VERIFIER, and a `Work` as JSON on stdin.
"""

from __future__ import annotations

import importlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Place = tuple[str, int]  # a file, by its path within the evidence, and the byte in it
Verdict = list[str]  # the names of what is not as it was sealed
Check = Callable[[Path, str], Sequence[Any]]


@dataclass(frozen=True)
class Work:
    """*sha256*: the number for the folder that was written down elsewhere."""

    folder: str
    sha256: str
    places: Sequence[Place]


def every_byte(folder: Path) -> list[Place]:
    return [(name, at) for name, size in _sizes(folder).items() for at in range(size)]


def some_bytes(folder: Path, number: int, seed: int, leave: Sequence[str] = ()) -> list[Place]:
    """Half of them anywhere, half in a file drawn first, so that small ones get theirs. *leave*:
    what the names begin with of files in which none is drawn."""
    chance, sizes = random.Random(seed), _sizes(folder)
    names = [name for name in sizes if sizes[name] and not name.startswith(tuple(leave))]
    weights = [sizes[name] for name in names]
    drawn = chance.choices(names, weights, k=number // 2)
    drawn += chance.choices(names, k=number - len(drawn))
    return [(name, chance.randrange(sizes[name])) for name in drawn]


def verdicts(work: Work, check: Check) -> list[Verdict]:
    return list(_verdicts(work, check))


def verdicts_alone(work: Work, verifier: Path) -> list[Verdict]:
    """Those of the verifier in the folder *verifier*, by a Python that knows no package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", __file__, str(verifier)],
        input=json.dumps(asdict(work)),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Verdict] = json.loads(done.stdout)
    return found


def missed(work: Work, found: Sequence[Verdict]) -> list[Place]:
    """The places whose file was not named."""
    return [
        place
        for place, names in zip(work.places, found, strict=True)
        if not any(name == place[0] or name.endswith("/" + place[0]) for name in names)
    ]


def _verdicts(work: Work, check: Check) -> Iterator[Verdict]:
    for name, at in work.places:
        path = Path(work.folder, name)
        original = _flipped(path, at)
        try:
            yield [problem.name for problem in check(Path(work.folder), work.sha256)]
        finally:
            _put(path, at, original)


def _flipped(path: Path, at: int) -> int:
    """One bit of that byte, another at each place; the byte as it was."""
    with path.open("rb") as file:
        file.seek(at)
        original = file.read(1)[0]
    _put(path, at, original ^ (1 << at % 8))
    return original


def _put(path: Path, at: int, byte: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([byte]))


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def main(verifier: str) -> None:
    sys.dont_write_bytecode = True
    sys.path.insert(0, verifier)
    asked = json.load(sys.stdin)
    work = Work(asked["folder"], asked["sha256"], [(name, at) for name, at in asked["places"]])
    json.dump(verdicts(work, importlib.import_module("verifier").check), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
