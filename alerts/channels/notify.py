"""GOV.UK Notify: mails for state-funded schools without a mail server, and text messages.

Notify writes the mail itself, from a template with ((subject)) and ((message)) in it; ours is
its plain text. By the documented API through our one door: the official client brings a door
of its own. Source: docs.notifications.service.gov.uk/rest-api.html (checked 2026-11-26).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, ClassVar

import jwt
from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.contract import (
    ChannelError,
    Refused,
    Temporary,
    Unusable,
    call,
    read_letter,
)
from alerts.channels.web import Web, reveal, shaped
from monitor.oauth import Said
from monitor.secret import Reference, Secret

_API = "https://api.notifications.service.gov.uk"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY = re.compile(rf"(?:.*-)?(?P<service>{_UUID})-(?P<secret>{_UUID})")
_FAILED = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})

TemplateId = Annotated[str, Field(pattern=rf"^{_UUID}$")]
Clock = Callable[[], datetime]


class NotifySettings(BaseModel):
    """What a school writes under [alerts.notify]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: Secret = Field(description="the live API key of your Notify service, as env:NAME")
    template: TemplateId = Field(
        description="id of an email template: ((subject)) as its subject, ((message)) as its text"
    )


class Notify:
    """A channel over GOV.UK Notify. A screenshot is never sent that way."""

    name: ClassVar[str] = "notify"
    sender: ClassVar[str] = "school-reputation-monitor@notifications.service.gov.uk"

    def __init__(self, settings: NotifySettings, web: Web, *, clock: Clock | None = None) -> None:
        self._service = _Service(settings.api_key, web, clock)
        self._template = _Template(settings.template, self._service, "subject", "message")

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:  # noqa: ARG002 - Notify has its own
        self._template.check()
        letter = read_letter(message)
        said = self._service.post(
            "/v2/notifications/email",
            {
                "email_address": recipient,
                "template_id": self._template.id,
                "personalisation": {"subject": letter["Subject"], "message": _text(message)},
                "reference": letter["Message-ID"],
            },
        )
        if said.status != 201:
            raise _fault(said, "the recipient's address; correct it under [schools.contacts]")

    def took(self, message: bytes) -> bool:
        reference = str(read_letter(message)["Message-ID"])
        said = self._service.get("/v2/notifications", {"reference": reference})
        found = shaped(said, _Found) if said.status == 200 else None
        if found is None:
            return False
        return any(
            one.reference == reference and one.status not in _FAILED for one in found.notifications
        )

    def check(self) -> None:
        self._template.check()


class NotifyText:
    """A bell: a text message to one telephone."""

    name: ClassVar[str] = "notify_text"

    def __init__(
        self,
        api_key: Reference,
        template: str,
        phone: str,
        web: Web,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._service = _Service(api_key, web, clock)
        self._template = _Template(template, self._service, "message")
        self._phone = phone

    def ring(self, dashboard_url: str) -> None:
        self._template.check()
        said = self._service.post(
            "/v2/notifications/sms",
            {
                "phone_number": self._phone,
                "template_id": self._template.id,
                "personalisation": {"message": call(dashboard_url)},
            },
        )
        if said.status != 201:
            raise _fault(said, "the telephone number; correct it under [[alerts.urgent]]")

    def check(self) -> None:
        self._template.check()


class _Service:
    """Notify itself, for the holder of one key."""

    def __init__(self, key: Reference, web: Web, clock: Clock | None) -> None:
        self._key, self._web = key, web
        self._clock = clock or (lambda: datetime.now(UTC))

    def post(self, path: str, json: object) -> Said:
        return self._web.post(_API + path, json=json, headers=self._headers())

    def get(self, path: str, params: dict[str, str]) -> Said:
        return self._web.get(_API + path, params=params, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        """A token of one's own making for each request: Notify takes it for 30 seconds."""
        key = _KEY.fullmatch(reveal(self._key, "the API key of GOV.UK Notify"))
        if key is None:
            raise Unusable(
                "the API key of GOV.UK Notify is not whole; copy it again from the page API "
                "integration: a name and two long numbers, joined by hyphens"
            )
        claims = {"iss": key["service"], "iat": int(self._clock().timestamp())}
        return {"Authorization": f"Bearer {jwt.encode(claims, key['secret'], 'HS256')}"}


class _Template:
    """What is sent is written by the school's template, so it is tried before the first
    letter: without our placeholder, mails without a word of ours would leave."""

    def __init__(self, id_: str, service: _Service, *needed: str) -> None:
        self.id, self._service, self._needed = id_, service, needed
        self._is_right = False

    def check(self) -> None:
        if self._is_right:
            return
        marks = {name: f"{name} goes here" for name in self._needed}
        said = self._service.post(f"/v2/template/{self.id}/preview", {"personalisation": marks})
        if said.status == 404:
            raise Unusable(
                f"GOV.UK Notify knows no template {self.id} with this key; copy its id again"
            )
        if said.status != 200:
            raise _fault(said, "the template", for_good=Unusable)
        self._demand(shaped(said, _Preview) or _Preview(), marks)
        self._is_right = True

    def _demand(self, preview: _Preview, marks: dict[str, str]) -> None:
        shown = f"{preview.subject or ''}\n{preview.body}"
        missing = [f"(({name}))" for name, mark in marks.items() if mark not in shown]
        if missing:
            raise Unusable(
                f"the template at GOV.UK Notify must have {' and '.join(missing)} in it, or the "
                "mails would say nothing; edit it there"
            )


class _Preview(BaseModel):
    subject: str | None = None
    body: str = ""


class _One(BaseModel):
    reference: str | None = None
    status: str = ""


class _Found(BaseModel):
    notifications: list[_One]


class _Kind(BaseModel):
    error: str = ""


class _Errors(BaseModel):
    errors: list[_Kind]


def _text(message: bytes) -> str:
    body = read_letter(message).get_body(("plain",))
    assert body is not None, "every letter of ours has a plain text"
    return str(body.get_content())


def _fault(said: Said, what: str, for_good: type[ChannelError] = Refused) -> ChannelError:
    """What an answer means. Its kind is quoted and never its words, as Notify advises; they
    may hold the letter's, too."""
    read = shaped(said, _Errors)
    kind = read.errors[0].error if read and read.errors else ""
    answer = f"Notify said: {said.status} {kind[:60] if kind.isalnum() else ''}".rstrip()
    if said.status == 403:
        return Unusable(
            "GOV.UK Notify does not accept the API key; copy a live one from the page API "
            f"integration, and see that this computer's clock is right. {answer}"
        )
    if said.status == 429:
        return Unusable(f"GOV.UK Notify takes no more messages for now, or today. {answer}")
    if kind == "BadRequestError":
        return for_good(
            "GOV.UK Notify sends to nobody outside your team until your service is live, and "
            f"never with a key for the team only: ask it there to go live. {answer}"
        )
    if 400 <= said.status < 500:
        return for_good(f"GOV.UK Notify refuses {what}. {answer}")
    return Temporary(f"GOV.UK Notify cannot take the message now. {answer}")
