"""The certificate with which the dashboard itself proves who it is, where no proxy does it.

It is read anew when its files change: most are renewed every few weeks, by another program.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509

from monitor.failure import Explained


class BadCertificate(Explained):
    """It cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`file`: the certificate and those it rests on, in PEM. `key`: the file of its private key,
    if it is not in the same."""

    file: Path
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """For a server; each new connection is met with the files as they are by then. Raises
        BadCertificate."""
        watched = _Watched(self, self.changed_at())  # before: what changes meanwhile is seen
        context = self.loaded()
        context.sni_callback = watched.look
        return context

    def ends_at(self) -> datetime:
        """Raises BadCertificate."""
        return self._first().not_valid_after_utc

    def is_for(self, host: str) -> bool:
        """Whether a browser that went to *host* would believe it. Raises BadCertificate."""
        _, _, parent = host.lower().partition(".")
        named = {name.lower() for name in names_in(self._first())}
        return host.lower() in named or (bool(parent) and f"*.{parent}" in named)

    def loaded(self) -> ssl.SSLContext:
        """As the files are now. Raises BadCertificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            # Without a word for it, OpenSSL would ask the terminal for the key's password.
            context.load_cert_chain(self.file, self.key, password=lambda: b"")
        except ssl.SSLError as error:
            raise BadCertificate(_SAID.get(error.reason or "", _UNREADABLE)) from error
        except OSError as error:
            raise self._not_there(error) from error
        return context

    def _first(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.file.read_bytes())
        except ValueError as error:
            raise BadCertificate(_UNREADABLE) from error
        except OSError as error:
            raise self._not_there(error) from error

    def _not_there(self, error: OSError) -> BadCertificate:
        files = " or ".join(str(file) for file in (self.file, self.key) if file)
        return BadCertificate(
            f"{files} cannot be read ({error.strerror}). Please check certificate and "
            "certificate_key under [dashboard], and that the monitor may read both files."
        )

    def changed_at(self) -> tuple[int, ...]:
        """Of both files, in nanoseconds; zero for one that is not there just now."""
        return tuple(_changed_at(file) for file in (self.file, self.key) if file)


@dataclass(slots=True)
class _Watched:
    certificate: Certificate
    changed_at: tuple[int, ...]
    newer: ssl.SSLContext | None = field(default=None)

    def look(self, line: ssl.SSLObject | ssl.SSLSocket, _name: object, _: object) -> None:
        """At each greeting. What is half written yet, or wrong, leaves it with what it has."""
        changed_at = self.certificate.changed_at()
        if changed_at != self.changed_at:
            self.changed_at = changed_at
            with contextlib.suppress(BadCertificate):
                self.newer = self.certificate.loaded()
        if self.newer is not None:
            line.context = self.newer


_UNREADABLE = (
    "The certificate or its key cannot be read. Both must be PEM files (they begin with "
    "-----BEGIN), and the key must have no password. Please check certificate and certificate_key "
    "under [dashboard]."
)
_SAID = {
    "KEY_VALUES_MISMATCH": "The key does not belong to the certificate. Please check certificate "
    "and certificate_key under [dashboard]."
}


def names_in(certificate: x509.Certificate) -> tuple[str, ...]:
    """Hosts, and numbers in place of hosts."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    places = map(str, found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *places)


def _changed_at(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
