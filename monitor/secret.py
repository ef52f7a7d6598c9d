"""Secrets stay outside the configuration; it only says where each one is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from monitor.failure import Explained

_HOW = "write a secret as env:NAME, file:/path or keyring:name, never the secret itself"


class MissingSecret(Explained, ValueError):
    """The secret is not where the configuration says; the message says where that is."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is kept. It is read when it is used, so that commands which do not
    need it also work without it."""

    kind: str
    name: str

    def beside(self, folder: Path) -> Reference:
        """A file is meant from where the configuration lies."""
        return Reference("file", str(folder / self.name)) if self.kind == "file" else self

    def reveal(self) -> str:
        """The secret. Raises MissingSecret."""
        return {"env": _from_env, "file": _from_file, "keyring": _from_keyring}[self.kind](
            self.name
        )


def _from_env(name: str) -> str:
    if name not in os.environ:
        raise MissingSecret(f"the environment variable {name} is not set")
    return os.environ[name]


def _from_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingSecret(f"the secret's file {path} cannot be read") from None


def _from_keyring(name: str) -> str:
    try:
        import keyring  # an extra; few schools have a desktop keyring on a server
    except ImportError:
        raise MissingSecret("keyring: needs the extra package keyring; install it") from None
    found = keyring.get_password("school-reputation-monitor", name)
    if not isinstance(found, str):
        raise MissingSecret(f"the keyring holds nothing called {name}")
    return found


def _read(value: Any) -> Any:
    if isinstance(value, Reference):
        return value
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind not in ("env", "file", "keyring") or not name:
        raise ValueError(_HOW)
    return Reference(kind, name)


Secret = Annotated[Reference, BeforeValidator(_read)]
