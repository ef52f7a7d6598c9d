"""Mail through Microsoft 365's own web service (Graph sendMail), in the name of one mailbox.

The whole letter goes as MIME, so that its Message-ID and Date stay ours. Source:
learn.microsoft.com/graph/api/user-sendmail, outlook-send-mime-message (checked 2026-11-26).
"""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.channels.contract import (
    ChannelError,
    Permanent,
    Refused,
    Temporary,
    TooLarge,
    Unusable,
    read_letter,
)
from alerts.channels.email_settings import address
from alerts.channels.web import Tokens, Web, shaped
from monitor.oauth import GRAPH, Credentials, Said
from monitor.secret import Secret

_USERS = "https://graph.microsoft.com/v1.0/users/"


class GraphSettings(BaseModel):
    """What a school writes under [alerts.graph]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mailbox: Annotated[str, AfterValidator(address)] = Field(
        description="the mailbox that the mails come from, and no other"
    )
    tenant: str = Field(pattern=r"^[\w.-]+$", description="your directory (tenant) id")
    client_id: str = Field(min_length=1, description="the id of the app that you registered")
    client_secret: Secret = Field(description="the app's secret, as env:NAME")


class Graph:
    """A channel over Microsoft Graph."""

    name: ClassVar[str] = "graph"

    def __init__(self, settings: GraphSettings, web: Web) -> None:
        self.sender = settings.mailbox
        self._web = web
        self._user = _USERS + quote(settings.mailbox)
        who = Credentials(
            client_id=settings.client_id, secret=settings.client_secret, tenant=settings.tenant
        )
        self._tokens = Tokens(web, who, GRAPH)

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:  # noqa: ARG002 - the letter names both
        said = self._web.post(
            f"{self._user}/sendMail",
            content=base64.b64encode(message),
            headers=self._headers() | {"Content-Type": "text/plain"},
        )
        if said.status != 202:
            raise _fault(said)

    def took(self, message: bytes) -> bool:
        """Looks among the sent items, where the app may (Mail.ReadBasic.All): a permission
        that sending does not need."""
        identity = str(read_letter(message)["Message-ID"]).replace("'", "''")
        said = self._web.get(
            f"{self._user}/mailFolders/sentitems/messages",
            params={
                "$filter": f"internetMessageId eq '{identity}'",
                "$select": "internetMessageId",
                "$top": "1",
            },
            headers=self._headers(),
        )
        found = shaped(said, _Found) if said.status == 200 else None
        return found is not None and len(found.value) > 0

    def check(self) -> None:
        """A token is all that can be had without sending; the permission to send shows only
        then."""
        self._tokens.get()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens.get()}"}


class _Found(BaseModel):
    value: list[object]


class _Code(BaseModel):
    code: str = ""


class _Error(BaseModel):
    error: _Code


def _fault(said: Said) -> ChannelError:
    """What an answer means for the letter. Its code is quoted and never its words, which may
    hold the letter's."""
    read = shaped(said, _Error)
    code = read.error.code if read and read.error.code.isalnum() else ""
    answer = f"Microsoft said: {said.status} {code[:60]}".rstrip()
    if said.status in (401, 403):
        return Unusable(
            "Microsoft 365 does not let this program send for its mailbox; look at the permission "
            f"Mail.Send that it was given: see docs/mail.md. {answer}"
        )
    if said.status == 404:
        return Unusable(
            "Microsoft 365 knows no such mailbox, or it has no licence; correct mailbox under "
            f"[alerts.graph]. {answer}"
        )
    if said.status == 413 or code == "ErrorMessageSizeExceeded":
        return TooLarge(f"Microsoft 365 refuses a mail of this size. {answer}")
    if code == "ErrorInvalidRecipients":
        return Refused(
            "Microsoft 365 refuses the recipient's address; correct it under "
            f"[schools.contacts]. {answer}"
        )
    if said.status == 400:
        return Permanent(f"Microsoft 365 refuses the mail. {answer}")
    if said.status in (429, 503):
        return Unusable(f"Microsoft 365 takes no more mail for now. {answer}")
    return Temporary(f"Microsoft 365 cannot take the mail now. {answer}")
