"""What a school writes under [alerts.email]: its mail server, and how to log in to it."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor.oauth import Credentials
from monitor.secret import Secret


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def is_address(text: str) -> bool:
    """Whether mail can be addressed to it: one address, without a name beside it."""
    return re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", text, re.ASCII) is not None


def address(text: str) -> str:
    if not is_address(text):
        raise ValueError("write one e-mail address, for example monitor@yourschool.example")
    return text


class EmailSettings(BaseModel):
    """What a school writes under [alerts.email]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(min_length=1, description="name of your outgoing mail server")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: Security = Field(
        Security.STARTTLS,
        description='"starttls", "tls", or "none" for a server on this machine only',
    )
    username: str | None = Field(
        None, description="account to log in with; leave out if the server wants none"
    )
    password: Secret | None = Field(
        None, description="where its password is: env:NAME, file:/path or keyring:name"
    )
    client_id: str | None = Field(
        None, description="instead of a password: the id of the app that you registered"
    )
    client_secret: Secret | None = Field(None, description="the app's secret, as env:NAME")
    tenant: str | None = Field(
        None,
        pattern=r"^[\w.-]+$",
        description="for Microsoft 365: your directory (tenant) id",
    )
    refresh_token: Secret | None = Field(
        None, description="for Google: the token that the app was given, as env:NAME"
    )
    sender: Annotated[str, AfterValidator(address)] = Field(
        alias="from", description="address the mails come from; must belong to the account"
    )
    ca_file: Path | None = Field(
        None, description="certificates to trust, if the server's own authority is not public"
    )
    timeout: float = Field(
        30.0, gt=0, le=60, description="seconds to wait for each answer of the server"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.security is Security.NONE and not _is_loopback(self.host):
            raise ValueError(
                'security = "none" is only for a mail server on this machine; '
                'write "starttls" or "tls"'
            )
        if any((self.client_id, self.client_secret, self.tenant, self.refresh_token)):
            self._check_app()
        elif (self.username is None) != (self.password is None):
            raise ValueError("write both username and password, or neither")
        return self

    def _check_app(self) -> None:
        whole = self.username and self.client_id and self.client_secret
        one = bool(self.tenant) != (self.refresh_token is not None)
        if not (whole and one) or self.password is not None:
            raise ValueError(
                "instead of a password write username, client_id and client_secret, with tenant "
                "(Microsoft) or refresh_token (Google)"
            )

    def credentials(self) -> Credentials | None:
        """Of the app that logs in instead of a password, if one does."""
        if self.client_id is None or self.client_secret is None:
            return None
        return Credentials(
            client_id=self.client_id,
            secret=self.client_secret,
            tenant=self.tenant or "",
            refresh=self.refresh_token,
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
