"""The process in which names like the school's are made up, by dnstwist: one question in on
stdin, one list out on stdout. It is given nothing else, and asks nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

# The likeliest first: what follows the limit is left out.
_WAYS = (
    *("hyphenation", "omission", "repetition", "transposition", "dictionary", "plural"),
    *("vowel-swap", "replacement", "addition", "insertion", "homoglyph", "bitsquatting"),
    "cyrillic",
)
_ELSEWHERE = _WAYS[:5]  # under endings that are not the school's
_COMMON = ("co.uk", "com")
_MEMORY = 1024 * 1024 * 1024  # bytes; two letters changed for all that look alike are many names
_SECONDS = 60


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows; there the time limit of the parent is all there is
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def _made_up(label: str, ending: str, endings: list[str], words: list[str]) -> Iterator[list[str]]:
    from dnstwist import Fuzzer  # it changes time-outs and signals of the process it is in

    for other in endings:
        yield ["tld-swap", f"{label}.{other}"]
    for base in dict.fromkeys((ending, *_COMMON)):
        fuzzer = Fuzzer(f"{label}.{base}", dictionary=words)
        # It takes the last parts of a name for its ending by a list of its own; we know better.
        fuzzer.subdomain, fuzzer.domain, fuzzer.tld = "", label, base
        for way in _WAYS if base == ending else _ELSEWHERE:
            fuzzer.generate(fuzzers=[way])
            yield from sorted([way, str(made["domain"])] for made in fuzzer.domains)


def main() -> None:
    _bound()
    asked: dict[str, Any] = json.load(sys.stdin)
    made: dict[str, str] = {}
    for way, name in _made_up(asked["label"], asked["ending"], asked["endings"], asked["words"]):
        made.setdefault(name, way)
        if len(made) >= asked["most"]:
            break
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
