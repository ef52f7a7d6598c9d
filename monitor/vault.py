"""Small secrets in the database are encrypted; their key lies outside of it."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken

from monitor.secret import MissingSecret, Reference

KEY_FILE = "dashboard-key.txt"  # in the data folder, unless the configuration names another place


class VaultLocked(MissingSecret):
    """The key is away, or is another; the message says where it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """*kept*: where the configuration says that the key is; else it is in *file*, which is made
    when it is first needed."""

    file: Path
    kept: Reference | None = None

    def lock(self, text: str) -> str:
        """Raises VaultLocked."""
        if self.kept is None and not self.file.exists():
            _make(self.file)
        return self._fernet().encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str:
        """Raises VaultLocked."""
        try:
            return self._fernet().decrypt(locked.encode()).decode()
        except InvalidToken:
            raise VaultLocked(
                f"The second step cannot be checked: the key in {self._where} is another than the "
                f"one it was set up with. Put the right one back, or {_ELSE}."
            ) from None

    @property
    def _where(self) -> str:
        return "the place named by key under [dashboard]" if self.kept else str(self.file)

    def _fernet(self) -> Fernet:
        key = sha256(self._key().encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def _key(self) -> str:
        try:
            key = (self.kept or Reference("file", str(self.file))).reveal()
        except MissingSecret as fault:
            raise VaultLocked(
                f"The second step cannot be checked: its key is away ({fault}). Put it back, or "
                f"{_ELSE}."
            ) from None
        if len(key) < _SHORTEST:
            raise VaultLocked(
                f"The key in {self._where} is shorter than {_SHORTEST} characters. Put the right "
                "one back, or make one that nobody can guess."
            )
        return key


_SHORTEST = 32
_ELSE = "use a recovery code, or reset the second step with `monitor users reset-second-step`"


def _make(file: Path) -> None:
    """Complete under its own name, or not there; of two that make it at once, one is first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{token_hex(4)}")
    written = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(written, "w") as out:
        out.write(token_hex(32) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(half, file)
    except FileExistsError:
        pass
    finally:
        half.unlink()
