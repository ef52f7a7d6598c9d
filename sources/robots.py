"""What a site asks of programs that read pages meant for people (robots.txt, RFC 9309).

Python's own urllib.robotparser knows neither wildcards nor "the longest match wins", which
most sites rely on by now; and libraries that turn the wildcards into regular expressions
can be kept busy for hours by a hostile file. This needs one pass over each address.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from sources.answer import Answer
from sources.errors import AskedNotTo, RateLimited, SourceError
from sources.web_address import place_of

_READ = 500 * 1024  # characters; RFC 9309 §2.5 asks for at least as many bytes
_KEPT_FOR = 24 * 3600.0  # seconds; §2.4
_SITES = 1000
_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Rules:
    """Pairs of whether to allow and a pattern, for us."""

    pairs: tuple[tuple[bool, str], ...] = ()

    def permit(self, path: str) -> bool:
        """The longest pattern that matches decides; of two as long, the kinder (§2.2.2)."""
        path = _normal(path)
        found = [(len(p), allow) for allow, p in self.pairs if _matches(p, path)]
        return max(found)[1] if found else True


def read_rules(text: str, agent: str) -> Rules:
    """The rules in *text* for the program *agent*, or those for everybody."""
    agent, ours, everybodys, named = agent.casefold(), [], [], False
    for agents, allow, pattern in _lines(text[:_READ]):
        if agent in agents:
            named = True
            ours.append((allow, pattern))
        if "*" in agents:
            everybodys.append((allow, pattern))
    kept = ours if named else everybodys
    return Rules(tuple((allow, _normal(pattern)) for allow, pattern in kept if pattern))


def _lines(text: str) -> Iterator[tuple[frozenset[str], bool, str]]:
    """Each rule with the programs it is for; names in a row are one group."""
    agents: frozenset[str] = frozenset()
    naming = False
    for line in text.removeprefix("\ufeff").splitlines():
        name, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        name = name.casefold()
        if name == "user-agent":
            who = value.partition("/")[0].strip().casefold()
            agents = (agents if naming else frozenset()) | {who}
            naming = True
        elif name in ("allow", "disallow"):
            naming = False
            yield agents, name == "allow", value


def _normal(path: str) -> str:
    """One way of writing what can be escaped or not."""

    def one(escaped: re.Match[str]) -> str:
        character = chr(int(escaped[1], 16))
        return character if _PLAIN.fullmatch(character) else escaped[0].upper()

    return _ESCAPED.sub(one, quote(path, safe="%/?:@!$&'()*+,;=~[]#"))


def _matches(pattern: str, path: str) -> bool:
    """`*` stands for anything, `$` at the end for the end."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not ends or at == len(path)
    for piece in others[:-1] if ends else others:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not ends or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= at)


class Robots:
    """The rules of the last thousand sites, shared by all threads."""

    def __init__(self, agent: str, clock: Callable[[], float]) -> None:
        self._agent, self._clock = agent, clock
        self._known: dict[str, tuple[float, Rules]] = {}
        self._lock = threading.Lock()

    def check(self, target: httpx.URL, fetch: Callable[[str], Answer]) -> None:
        """Raises AskedNotTo if *target* is not for programs, and SourceError if the site
        cannot say so now: then nothing of it is for us (RFC 9309 §2.3.1.4)."""
        rules = self._rules(f"{target.scheme}://{place_of(target)}", fetch)
        if not rules.permit(target.raw_path.decode("ascii", "replace")):
            raise AskedNotTo(f"the robots.txt of {target.host}")

    def _rules(self, site: str, fetch: Callable[[str], Answer]) -> Rules:
        with self._lock:
            until, rules = self._known.get(site, (float("-inf"), Rules()))
        if self._clock() < until:
            return rules
        rules = self._ask(f"{site}/robots.txt", fetch)
        with self._lock:
            self._known.pop(site, None)
            self._known[site] = (self._clock() + _KEPT_FOR, rules)
            while len(self._known) > _SITES:
                del self._known[next(iter(self._known))]
        return rules

    def _ask(self, address: str, fetch: Callable[[str], Answer]) -> Rules:
        try:
            answer = fetch(address)
        except RateLimited:
            raise
        except SourceError as error:
            if error.status is not None and 400 <= error.status < 500:
                return Rules()  # the site has no such file: all is allowed (§2.3.1.3)
            raise
        return read_rules(answer.content.decode("utf-8", "replace"), self._agent)
