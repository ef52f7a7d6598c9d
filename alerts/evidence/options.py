"""What a school writes under [evidence]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints

from alerts.contacts import Address, Section
from alerts.evidence.at_rest import NO_KEY, Key, is_public_key
from monitor.secret import Secret

# Both answer anybody, and their roots are those that browsers trust.
PUBLIC_AUTHORITIES: tuple[str, ...] = ("http://timestamp.digicert.com", "http://ts.ssl.com")

Authority = Annotated[
    str, StringConstraints(pattern=r"^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/\S*)?$")
]


def _public_key(value: str) -> str:
    if not is_public_key(value):
        raise ValueError("write the public key that monitor init made; it begins with age1")
    return value


PublicKey = Annotated[str, AfterValidator(_public_key)]


class EvidenceSettings(Section):
    timestamp_authorities: tuple[Authority, ...] = Field(
        default_factory=lambda: PUBLIC_AUTHORITIES,
        description="RFC 3161 services that confirm since when evidence has been as it is; they "
        "are sent a hash and nothing else",
    )
    timestamp_ca_file: Path | None = Field(
        None, description="root certificates (PEM) of an authority that browsers do not know"
    )
    encrypt_to: PublicKey | None = Field(
        None, description="the public key to which evidence is encrypted on the disk"
    )
    identity: Secret | None = Field(
        None, description="where the other key is, with which evidence can be read"
    )
    custody_mailbox: Address | None = Field(
        None,
        description="a second mailbox, outside the school's own computers if you can: each day "
        "it is sent the number that seals the custody log",
    )

    def beside(self, folder: Path) -> Self:
        """Its paths are meant from where the configuration lies."""
        paths = {name: file for name in _PATHS if (file := getattr(self, name)) is not None}
        found: dict[str, object] = {name: folder / file for name, file in paths.items()}
        if self.identity is not None:
            found["identity"] = self.identity.beside(folder)
        return self.model_copy(update=found)

    @property
    def key(self) -> Key:
        """To read evidence with; it is fetched when it is needed."""
        return NO_KEY if self.identity is None else Key(self.identity.reveal)


_PATHS = ("timestamp_ca_file",)
