"""What a school writes under [dashboard.sign_in]: accounts elsewhere with which staff sign in."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from alerts.contacts import Section
from monitor.openid import Kind, Provider
from monitor.secret import Secret

_GUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class MicrosoftSignIn(Section):
    tenant: str = Field(pattern=_GUID, description="your directory (tenant) id; no other gets in")
    client_id: str = Field(min_length=1, description="the id of the app that you registered")
    client_secret: Secret = Field(description="the app's secret, as env:NAME")


class GoogleSignIn(Section):
    domain: str = Field(
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        description="the primary domain of your Workspace; no other gets in",
    )
    client_id: str = Field(min_length=1, description="the id of the client that you made")
    client_secret: Secret = Field(description="the client's secret, as env:NAME")


class SignIn(Section):
    microsoft: MicrosoftSignIn | None = None
    google: GoogleSignIn | None = None

    def providers(self, address: str) -> Iterator[Provider]:
        """*address*: of the dashboard, to which people are sent back."""
        if self.microsoft:
            yield Provider(
                kind=Kind.MICROSOFT,
                issuer=f"https://login.microsoftonline.com/{self.microsoft.tenant}/v2.0",
                pinned=self.microsoft.tenant,
                client_id=self.microsoft.client_id,
                secret=self.microsoft.client_secret,
                back=f"{address}/sign-in/with/{Kind.MICROSOFT}/back",
            )
        if self.google:
            yield Provider(
                kind=Kind.GOOGLE,
                issuer="https://accounts.google.com",
                pinned=self.google.domain,
                client_id=self.google.client_id,
                secret=self.google.client_secret,
                back=f"{address}/sign-in/with/{Kind.GOOGLE}/back",
            )
