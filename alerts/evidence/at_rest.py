"""Evidence at rest: each file encrypted with age, so that a stolen disk shows none of it.

The database is another matter (docs/decisions.md): it keeps the words of posts.

What seals holds the public key only. The other key is needed to read evidence, not to make it
or to check that it is unchanged: the manifest holds the hashes of what was recorded and of its
encrypted form, and stays readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyrage

from alerts.evidence.errors import Never
from monitor.secret import MissingSecret

ENDING = ".age"
KEY_FILE = "evidence-key.txt"  # beside the configuration, until somebody puts it in a safe


class Locked(Never):
    """It is encrypted, and the key to read it is not here, or is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`public` begins with age1, `private` with AGE-SECRET-KEY-1."""

    public: str
    private: str


def new_pair() -> Pair:
    made = pyrage.x25519.Identity.generate()
    return Pair(public=str(made.to_public()), private=str(made))


def is_public_key(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError):
        return False
    return True


def opened_name(path: Path) -> str:
    """Under which it was recorded."""
    return path.name.removesuffix(ENDING)


def lock(content: bytes, public: str) -> bytes:
    locked: bytes = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(public)])
    return locked


@dataclass(frozen=True, slots=True)
class Key:
    """Reads the private key when it is first needed; `reveal` is None where none is set."""

    reveal: Callable[[], str] | None = None

    def unlock(self, content: bytes) -> bytes:
        """Raises Locked, which says what to do."""
        if self.reveal is None:
            raise Locked(
                "This evidence is encrypted, and this computer has no key to read it. Fetch the "
                f"key (monitor init wrote it to {KEY_FILE}), and say in the configuration where "
                "it is: identity under [evidence]. That it is unchanged can be checked without."
            )
        try:
            identity = pyrage.x25519.Identity.from_str(_line(self._revealed()))
            opened: bytes = pyrage.decrypt(content, [identity])
        except (pyrage.IdentityError, pyrage.DecryptError, ValueError) as fault:
            raise Locked(
                "This evidence cannot be read with the key under [evidence]: it is another "
                "one, or the file was changed."
            ) from fault
        return opened

    def fits(self, public: str) -> bool:
        """Whether what is encrypted to *public* can be read with it. Raises Locked."""
        try:
            return self.unlock(lock(b"", public)) == b""
        except Locked:
            self._revealed()
            return False

    def _revealed(self) -> str:
        assert self.reveal is not None
        try:
            return self.reveal()
        except MissingSecret as fault:
            raise Locked(
                f"This evidence is encrypted, and its key was not found: {fault}. Put the key "
                "back, or correct identity under [evidence]."
            ) from fault


def _line(text: str) -> str:
    """age-keygen writes comments around the key."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")


NO_KEY = Key()
