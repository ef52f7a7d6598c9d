"""What a school writes under [evidence]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from alerts.contacts import Address, Section

# Both answer anybody, and their roots are those that browsers trust.
PUBLIC_AUTHORITIES: tuple[str, ...] = ("http://timestamp.digicert.com", "http://ts.ssl.com")

Authority = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]


class EvidenceSettings(Section):
    timestamp_authorities: tuple[Authority, ...] = Field(
        default_factory=lambda: PUBLIC_AUTHORITIES,
        description="RFC 3161 services that confirm since when evidence has been as it is; they "
        "are sent a hash and nothing else",
    )
    timestamp_ca_file: Path | None = Field(
        None, description="root certificates (PEM) of an authority that browsers do not know"
    )
    custody_mailbox: Address | None = Field(
        None,
        description="a second mailbox, outside the school's own computers if you can: each day "
        "it is sent the number that seals the custody log",
    )

    def beside(self, folder: Path) -> Self:
        """Its paths are meant from where the configuration lies."""
        paths = {name: file for name in _PATHS if (file := getattr(self, name)) is not None}
        return self.model_copy(update={name: folder / file for name, file in paths.items()})


_PATHS = ("timestamp_ca_file",)
