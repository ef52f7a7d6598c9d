"""The promises of alerts/channels/contract.py as tests, for every way to send and to call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
import pytest

from alerts.channels.contract import Bell, Channel, ChannelError, Refused, Temporary, Unusable
from monitor.egress import Egress
from monitor.posting import PostRoom

MONITOR = "monitor@wexcombepark.example"
HEAD, CHAIR = "head@wexcombepark.example", "chair@wexcombepark.example"
SECRETS = ("not-a-real-secret", "fresh-token", "correct horse")
DASHBOARD = "https://monitor.wexcombepark.example"


def room(answer: Callable[[httpx.Request], httpx.Response]) -> PostRoom:
    """The one door, with *answer* for the whole internet behind it."""
    anywhere = Egress(resolve=lambda host, port: ["93.184.216.34"])
    return PostRoom(anywhere, transport=httpx.MockTransport(answer))


class Trouble(StrEnum):
    BUSY = "the service has no time"
    NO_SUCH_RECIPIENT = "the service does not know the recipient"
    WRONG_KEY = "the service does not let us in"
    DOWN = "nothing answers"
    ANSWER_LOST = "the letter is taken, and the answer to it is lost"


MEANING: dict[Trouble, type[ChannelError]] = {
    Trouble.BUSY: Temporary,
    Trouble.NO_SUCH_RECIPIENT: Refused,
    Trouble.WRONG_KEY: Unusable,
    Trouble.DOWN: Unusable,
    Trouble.ANSWER_LOST: Temporary,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    recipient: str
    subject: str
    text: str
    content: bytes = b""  # exactly, where the service carries it so


@dataclass(slots=True, kw_only=True)
class Desk:
    """A channel, and the other side of it: real, or recorded where it cannot be run here."""

    channel: Callable[[], Channel]
    arrived: Callable[[], list[Arrived]]
    trouble: Callable[[Trouble | None], None]
    can_say: bool  # whether the service can be asked what it took


def letter(
    number: int = 1, *, to: str = HEAD, sender: str = "monitor@wexcombepark.example"
) -> bytes:
    return (
        f"From: School reputation monitor <{sender}>\r\nTo: {to}\r\n"
        f"Subject: High: possible threat, incident 2026-{number:03}\r\n"
        f"Date: Fri, 20 Nov 2026 08:14:00 +0000\r\n"
        f"Message-ID: <alert-{number}@wexcombepark.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n'
        f"Letter {number} about zqxj.\r\n\r\n  1. Ring 999.\r\n\r\n-- \r\nthe end\r\n"
    ).encode()


def send(channel: Channel, number: int = 1, *, to: str = HEAD) -> None:
    channel.send(letter(number, to=to, sender=channel.sender), sender=channel.sender, recipient=to)


def ids(trouble: Any) -> str:
    return trouble.name.lower() if isinstance(trouble, Trouble) else str(trouble)


class ChannelContract:
    """Subclass it with a fixture `desk`."""

    def test_a_letter_arrives_once_whole_and_at_its_recipient(self, desk: Desk) -> None:
        send(desk.channel())
        (found,) = desk.arrived()
        assert found.recipient == HEAD
        assert found.subject == "High: possible threat, incident 2026-001"
        assert [line.rstrip() for line in found.text.strip().splitlines()] == [
            "Letter 1 about zqxj.", "", "  1. Ring 999.", "", "--", "the end"
        ]  # fmt: skip

    def test_what_is_carried_as_it_is_arrives_byte_for_byte(self, desk: Desk) -> None:
        channel = desk.channel()
        send(channel)
        (found,) = desk.arrived()
        assert found.content in (b"", letter(sender=channel.sender))

    def test_many_letters_arrive_in_turn_each_at_its_own_recipient(self, desk: Desk) -> None:
        channel = desk.channel()
        for number in range(1, 6):
            send(channel, number, to=HEAD if number % 2 else CHAIR)
        found = [(one.recipient, one.text.split(" about")[0]) for one in desk.arrived()]
        assert found == [
            (HEAD if number % 2 else CHAIR, f"Letter {number}") for number in range(1, 6)
        ]

    def test_a_check_sends_nothing(self, desk: Desk) -> None:
        desk.channel().check()
        assert desk.arrived() == []

    @pytest.mark.parametrize("trouble", list(Trouble), ids=ids)
    def test_each_trouble_has_its_meaning_and_leaks_nothing(
        self, desk: Desk, trouble: Trouble, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        desk.trouble(trouble)
        with pytest.raises(ChannelError) as caught:
            send(desk.channel())
        assert isinstance(caught.value, MEANING[trouble])
        if trouble is not Trouble.NO_SUCH_RECIPIENT:
            assert not isinstance(caught.value, Refused)
        said = str(caught.value) + " ".join(r.getMessage() for r in caplog.records if _ours(r))
        assert len(str(caught.value).split()) >= 6, "a sentence, not a code"
        assert not [word for word in ("zqxj", *SECRETS) if word in said]

    @pytest.mark.parametrize("trouble", [Trouble.WRONG_KEY, Trouble.DOWN], ids=ids)
    def test_a_check_finds_what_would_keep_letters_back(
        self, desk: Desk, trouble: Trouble
    ) -> None:
        desk.trouble(trouble)
        with pytest.raises(Unusable):
            desk.channel().check()

    @pytest.mark.parametrize("trouble", list(Trouble), ids=ids)
    def test_after_a_trouble_the_same_letter_leaves(self, desk: Desk, trouble: Trouble) -> None:
        desk.trouble(trouble)
        with pytest.raises(ChannelError):
            send(desk.channel())
        desk.trouble(None)
        send(desk.channel())
        assert {one.text for one in desk.arrived()} == {desk.arrived()[0].text}

    def test_what_it_took_is_known_where_the_service_can_say(self, desk: Desk) -> None:
        channel = desk.channel()
        assert not channel.took(letter(1, sender=channel.sender))
        desk.trouble(Trouble.ANSWER_LOST)
        with pytest.raises(ChannelError):
            send(channel)
        desk.trouble(None)
        assert channel.took(letter(1, sender=channel.sender)) is desk.can_say
        assert not channel.took(letter(2, sender=channel.sender))

    def test_its_sender_is_an_address(self, desk: Desk) -> None:
        assert desk.channel().sender.count("@") == 1


@dataclass(slots=True, kw_only=True)
class BellDesk:
    bell: Callable[[], Bell]
    heard: Callable[[], list[str]]  # everything that left, as it was read
    trouble: Callable[[Trouble | None], None]


class BellContract:
    """Subclass it with a fixture `desk`."""

    def test_it_says_one_thing_and_nothing_else(self, desk: BellDesk) -> None:
        desk.bell().ring(DASHBOARD)
        (said,) = desk.heard()
        assert said == (
            "School reputation monitor: one urgent incident. Please open the dashboard: "
            "https://monitor.wexcombepark.example"
        )

    def test_a_check_rings_nowhere(self, desk: BellDesk) -> None:
        desk.bell().check()
        assert desk.heard() == []

    @pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.WRONG_KEY, Trouble.DOWN], ids=ids)
    def test_a_bell_that_does_not_ring_says_so_and_leaks_nothing(
        self, desk: BellDesk, trouble: Trouble, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        desk.trouble(trouble)
        with pytest.raises(ChannelError) as caught:
            desk.bell().ring(DASHBOARD)
        said = str(caught.value) + " ".join(r.getMessage() for r in caplog.records if _ours(r))
        assert not [word for word in SECRETS if word in said]
        assert desk.heard() == []


def _ours(record: logging.LogRecord) -> bool:
    """The test's own servers log, too."""
    return not record.name.startswith(("mail.", "asyncio"))
