"""Time stamps of evidence: what an outside authority signed, or why it has not yet. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Of one piece of evidence, by one authority (its address).

    Until there is one, `at` is None and `error` may say why. `token` is the authority's answer
    as it came (RFC 3161, DER); `root` the certificate it leads to (PEM).
    """

    capture: str
    authority: str
    at: datetime | None = None
    token: bytes = b""
    root: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """Of the authority, for people."""
        return urlsplit(self.authority).hostname or self.authority

    @property
    def sha256(self) -> str:
        """Of the token."""
        return hashlib.sha256(self.token).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StampPromise:
    """A stamp that is to be fetched now. `attempts`: how often it was tried before."""

    capture: str
    authority: str
    manifest_sha256: str
    attempts: int = 0
