"""What a school writes under [watchdog]."""

from __future__ import annotations

from pydantic import Field

from alerts.channels.email_settings import EmailSettings
from alerts.contacts import Address, Section
from monitor.secret import Secret


class WatchdogSettings(Section):
    """The small program that watches over this one: monitor watchdog."""

    tell: tuple[Address, ...] = Field(
        (), description="who is told besides the office, or the head where there is no office"
    )
    hours: int = Field(24, ge=1, le=168, description="how long nothing may be read")
    free_mb: int = Field(500, ge=1, description="megabytes that must be free on the disk")
    ping: Secret | None = Field(
        None, description="an address of an outside check to be called while all is well"
    )
    email: EmailSettings | None = None
