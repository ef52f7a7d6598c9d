"""What a school writes under [dashboard]."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from alerts.contacts import Section
from monitor.certificate import Certificate
from monitor.passkey import party_at
from monitor.secret import Secret
from monitor.sign_in_settings import SignIn

LOOPBACK = "127.0.0.1"


def _address(value: str) -> str:
    try:
        party_at(value)
    except ValueError:
        raise ValueError("must be an address such as https://monitor.school.example") from None
    return value


def _own_address(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError("must be an address such as 192.168.1.20, or 0.0.0.0 for all") from None


class Dashboard(Section):
    url: Annotated[str, AfterValidator(_address)] = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^\s/]+$",
        description="the address under which staff open the dashboard; mails link to it, and "
        "passkeys belong to it",
    )
    listen: Annotated[str, AfterValidator(_own_address)] = Field(
        LOOPBACK,
        description="this computer's own address on which the dashboard is open; one that other "
        "computers reach needs a certificate",
    )
    certificate: Path | None = Field(
        None,
        description="where no proxy stands in front: a PEM file with the certificate for the name "
        "in url, and those it rests on",
    )
    certificate_key: Path | None = Field(
        None, description="the file of its private key, without a password"
    )
    sign_in: SignIn = Field(default_factory=SignIn)
    key: Secret | None = Field(
        None,
        description="what the second step of signing in is encrypted with: 32 characters or more "
        "that nobody can guess. By default it is made, in the data folder",
    )

    def beside(self, folder: Path) -> Self:
        """Its paths are meant from where the configuration lies."""
        paths = {name: file for name in _PATHS if (file := getattr(self, name)) is not None}
        return self.model_copy(update={name: folder / file for name, file in paths.items()})

    @property
    def proof(self) -> Certificate | None:
        """What it shows to browsers; None where it is a proxy that does."""
        if self.certificate is None:
            return None
        return Certificate(file=self.certificate, key=self.certificate_key)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """What each key alone cannot show: a key, and what is wrong with it."""
        if any(self.sign_in.providers(self.url)) and not party_at(self.url).fit:
            yield "url", "must begin with https:// and a name for dashboard.sign_in"
        if self.certificate is not None and not self.url.startswith("https://"):
            yield "url", "must begin with https:// when there is a certificate"
        if self.certificate is None and self.certificate_key is not None:
            yield "certificate_key", "is of no use without certificate"
        if self.certificate is None and not ip_address(self.listen).is_loopback:
            yield "listen", _OPEN


_PATHS = ("certificate", "certificate_key")
_OPEN = (
    "may be another than 127.0.0.1 only with a certificate, or passwords would cross your network "
    "in the open; see docs/sign-in.md"
)
