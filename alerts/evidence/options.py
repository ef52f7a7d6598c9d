"""What a school writes under [evidence]."""

from __future__ import annotations

from pydantic import Field

from alerts.contacts import Address, Section


class EvidenceSettings(Section):
    custody_mailbox: Address | None = Field(
        None,
        description="a second mailbox, outside the school's own computers if you can: each day "
        "it is sent the number that seals the custody log",
    )
