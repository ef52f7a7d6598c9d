"""What a school writes under [alerts] about how people are told, and the channels from that."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.channels.contract import Bell, Channel
from alerts.channels.email import Email
from alerts.channels.email_settings import EmailSettings, Security
from alerts.channels.graph import Graph, GraphSettings
from alerts.channels.messengers import Messenger
from alerts.channels.notify import Notify, NotifySettings, NotifyText, TemplateId
from alerts.channels.web import Web
from monitor.secret import Secret


class BellKind(StrEnum):
    MESSENGER = "messenger"
    NOTIFY_TEXT = "notify_text"


class UrgentSettings(BaseModel):
    """One [[alerts.urgent]]: somebody to be called to the dashboard when it is critical."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: BellKind = Field(
        description='"messenger": Teams, Slack, push; "notify_text": a text by GOV.UK Notify'
    )
    schools: tuple[str, ...] = Field((), description="ids of the schools it is for; empty: all")
    url: Secret | None = Field(
        None, description="for a messenger: its address in the form of apprise, as env:NAME"
    )
    phone: str | None = Field(
        None, pattern=r"^\+?[0-9][0-9 ]{8,18}$", description="for a text: the telephone number"
    )
    api_key: Secret | None = Field(
        None, description="for a text: the API key of your Notify service, as env:NAME"
    )
    template: TemplateId | None = Field(
        None, description="for a text: id of a text message template with ((message)) in it"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        texting = (bool(self.phone), self.api_key is not None, self.template is not None)
        if self.kind is BellKind.MESSENGER and (self.url is None or any(texting)):
            raise ValueError("for a messenger write url, and none of phone, api_key, template")
        if self.kind is BellKind.NOTIFY_TEXT and (self.url is not None or not all(texting)):
            raise ValueError("for a text write phone, api_key and template, and no url")
        return self

    def bell(self, web: Web) -> Bell:
        if self.url is not None:
            return Messenger(self.url)
        assert self.api_key is not None  # see _hangs_together
        assert self.template is not None
        assert self.phone is not None
        return NotifyText(self.api_key, self.template, self.phone, web)


class ChannelSettings(BaseModel):
    """How people are told: by one of three ways, and by bells besides."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    email: EmailSettings | None = None
    graph: GraphSettings | None = None
    notify: NotifySettings | None = None
    urgent: tuple[UrgentSettings, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = {"email": self.email, "graph": self.graph, "notify": self.notify}
        given = [f"[alerts.{name}]" for name, way in ways.items() if way is not None]
        if len(given) > 1:
            raise ValueError(f"mails can leave by one way only; keep one of {', '.join(given)}")
        return self

    def channel(self, web: Web) -> Channel | None:
        """The way by which letters leave; None where none is configured."""
        if self.graph is not None:
            return Graph(self.graph, web)
        if self.notify is not None:
            return Notify(self.notify, web)
        return Email(self.email, web=web) if self.email is not None else None

    def leaves_by(self) -> str | None:
        """The server that hands letters to the world in the name of the school's own domain;
        None where they come from another's, or stay on this machine."""
        if self.graph is not None:
            return "graph.microsoft.com"
        if self.email is None or self.email.security is Security.NONE:
            return None
        return self.email.host

    def bells(self, school: str, web: Web) -> Iterator[Bell]:
        """Those to be rung for *school*."""
        for one in self.urgent:
            if not one.schools or school in one.schools:
                yield one.bell(web)
