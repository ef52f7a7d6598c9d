"""Every channel keeps the contract: SMTP against real servers, the others on recordings."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import jwt
import pytest

from alerts.channels.contract import Permanent, TooLarge, Unusable
from alerts.channels.email import Email
from alerts.channels.email_settings import EmailSettings
from alerts.channels.graph import Graph, GraphSettings
from alerts.channels.messengers import Messenger
from alerts.channels.notify import Notify, NotifySettings, NotifyText
from alerts.channels.settings import BellKind, ChannelSettings
from monitor.secret import Reference
from tests.contract.channels import (
    DASHBOARD,
    HEAD,
    Arrived,
    BellContract,
    BellDesk,
    ChannelContract,
    Desk,
    Trouble,
    letter,
    room,
    send,
)
from tests.smtp import Certificate, Fault, SmtpServer, make_certificate

MAILBOX = "monitor@wexcombepark.example"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TOKEN = "fresh-token" + "x" * 1500  # as long as Microsoft's


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse")
    monkeypatch.setenv("APP_SECRET", "not-a-real-secret")
    monkeypatch.setenv("REFRESH_TOKEN", "not-a-real-secret-either")
    monkeypatch.setenv("NOTIFY_KEY", f"school-{SERVICE}-{KEY}")


# SMTP, real


_SMTP_FAULTS = {
    Trouble.BUSY: Fault.BUSY,
    Trouble.NO_SUCH_RECIPIENT: Fault.NO_SUCH_MAILBOX,
    Trouble.ANSWER_LOST: Fault.DROP_AFTER_DATA,
}


def _smtp_arrived(server: SmtpServer) -> list[Arrived]:
    return [
        Arrived(
            recipient=one.recipients[0],
            subject=str(one.message["Subject"]),
            text=one.text,
            content=one.content,
        )
        for one in server.messages
    ]


def _account(port: int, certificate: Certificate) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "from": MAILBOX,
        "username": MAILBOX,
        "ca_file": certificate.file,
        "timeout": 5,
    }


class TestEmailWithAPassword(ChannelContract):
    @pytest.fixture
    def desk(self, tmp_path: Path) -> Iterator[Desk]:
        certificate = make_certificate(tmp_path)
        users = {MAILBOX: "correct horse"}
        down: list[bool] = []
        with SmtpServer(certificate=certificate, users=users) as server:

            def channel() -> Email:
                settings = _account(9 if down else server.port, certificate)
                settings["password"] = "env:SMTP_PASSWORD"
                return Email(EmailSettings.model_validate(settings))

            def trouble(kind: Trouble | None) -> None:
                server.fault = _SMTP_FAULTS.get(kind) if kind else None
                users[MAILBOX] = "another" if kind is Trouble.WRONG_KEY else "correct horse"
                down[:] = [True] if kind is Trouble.DOWN else []

            yield Desk(
                channel=channel,
                arrived=lambda: _smtp_arrived(server),
                trouble=trouble,
                can_say=False,
            )


class TokenService:
    """Microsoft's and Google's, as documented; on a recording, for they cannot be run here."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: tuple[int, object] = (200, {"access_token": TOKEN, "expires_in": 3599})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        given = dict(httpx.QueryParams(request.content.decode()))
        self.asked.append({"url": str(request.url)} | given)
        status, said = self.answer
        return httpx.Response(status, json=said)


@pytest.fixture(params=["microsoft", "google"])
def app(request: pytest.FixtureRequest) -> dict[str, str]:
    which = {
        "microsoft": {"tenant": "wexcombe-tenant"},
        "google": {"refresh_token": "env:REFRESH_TOKEN"},
    }
    return {"client_id": "app-1", "client_secret": "env:APP_SECRET"} | which[request.param]


class TestEmailWithAToken(ChannelContract):
    @pytest.fixture
    def service(self) -> TokenService:
        return TokenService()

    @pytest.fixture
    def desk(self, tmp_path: Path, app: dict[str, str], service: TokenService) -> Iterator[Desk]:
        certificate = make_certificate(tmp_path)
        tokens = {TOKEN: MAILBOX}
        down: list[bool] = []
        with SmtpServer(certificate=certificate, tokens=tokens) as server:

            def channel() -> Email:
                settings = _account(9 if down else server.port, certificate)
                return Email(EmailSettings.model_validate(settings | app), web=room(service))

            def trouble(kind: Trouble | None) -> None:
                server.fault = _SMTP_FAULTS.get(kind) if kind else None
                tokens[TOKEN] = "other@else.example" if kind is Trouble.WRONG_KEY else MAILBOX
                down[:] = [True] if kind is Trouble.DOWN else []

            yield Desk(
                channel=channel,
                arrived=lambda: _smtp_arrived(server),
                trouble=trouble,
                can_say=False,
            )

    def test_a_token_is_asked_for_as_the_service_documents_and_once_a_round(
        self, desk: Desk, service: TokenService, app: dict[str, str]
    ) -> None:
        channel = desk.channel()
        send(channel, 1)
        send(channel, 2)
        (asked,) = service.asked
        assert (asked["client_id"], asked["client_secret"]) == ("app-1", "not-a-real-secret")
        if "tenant" in app:
            assert asked["url"] == (
                "https://login.microsoftonline.com/wexcombe-tenant/oauth2/v2.0/token"
            )
            assert asked["grant_type"] == "client_credentials"
            assert asked["scope"] == "https://outlook.office365.com/.default"
        else:
            assert asked["url"] == "https://oauth2.googleapis.com/token"
            assert asked["grant_type"] == "refresh_token"
            assert asked["refresh_token"] == "not-a-real-secret-either"

    def test_a_permission_that_is_missing_says_where_to_look(self, desk: Desk) -> None:
        desk.trouble(Trouble.WRONG_KEY)
        with pytest.raises(Unusable, match=r"does not let this program send.*docs/mail\.md"):
            desk.channel().check()

    def test_a_secret_that_has_run_out_is_said_in_words(
        self, desk: Desk, service: TokenService
    ) -> None:
        service.answer = (401, {"error": "invalid_client", "error_description": "zqxj"})
        with pytest.raises(Unusable, match="whether the secret has run out") as caught:
            desk.channel().check()
        assert "zqxj" not in str(caught.value)

    @pytest.mark.parametrize("answer", [(503, {}), (429, {})])
    def test_a_service_in_trouble_is_not_the_schools_fault(
        self, desk: Desk, service: TokenService, answer: tuple[int, object]
    ) -> None:
        service.answer = answer
        with pytest.raises(Unusable, match="a trouble of its own"):
            desk.channel().check()

    @pytest.mark.parametrize("said", [{}, {"access_token": ""}, [], "token"])
    def test_an_answer_without_a_token_is_no_token(
        self, desk: Desk, service: TokenService, said: object
    ) -> None:
        service.answer = (200, said)
        with pytest.raises(Unusable, match="was not let into the mail account"):
            desk.channel().check()


def test_a_server_that_takes_no_tokens_says_so(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with SmtpServer(certificate=certificate, users={MAILBOX: "x"}) as server:
        token = {"client_id": "app-1", "client_secret": "env:APP_SECRET", "tenant": "t"}
        settings = _account(server.port, certificate) | token
        email = Email(EmailSettings.model_validate(settings), web=room(TokenService()))
        with pytest.raises(Unusable, match="no log-in with a token"):
            email.check()


# Microsoft Graph, recorded


@dataclass
class Microsoft:
    """Graph's sendMail and the search among sent items, as documented."""

    sent: list[bytes] = field(default_factory=list)
    trouble: Trouble | None = None
    may_read: bool = True
    answer: tuple[int, str] | None = None  # instead of taking the letter

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "login.microsoftonline.com":
            return self._token(request)
        if self.trouble is Trouble.DOWN:
            raise httpx.ConnectError("nothing answers")
        assert request.url.host == "graph.microsoft.com"
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if request.method == "POST":
            return self._send(request)
        return self._search(request)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if self.trouble is Trouble.DOWN:
            raise httpx.ConnectError("nothing answers")
        given = dict(httpx.QueryParams(request.content.decode()))
        assert given["scope"] == "https://graph.microsoft.com/.default"
        if self.trouble is Trouble.WRONG_KEY:
            return httpx.Response(401, json={"error": "invalid_client"})
        return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 3599})

    def _send(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/v1.0/users/{MAILBOX}/sendMail"
        assert request.headers["Content-Type"] == "text/plain"
        if self.trouble is Trouble.BUSY:
            return _graph_error(503, "serviceNotAvailable")
        if self.trouble is Trouble.NO_SUCH_RECIPIENT:
            return _graph_error(400, "ErrorInvalidRecipients")
        if self.answer:
            return _graph_error(*self.answer)
        self.sent.append(base64.b64decode(request.content, validate=True))
        if self.trouble is Trouble.ANSWER_LOST:
            raise httpx.ReadTimeout("no answer")
        return httpx.Response(202)

    def _search(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/v1.0/users/{MAILBOX}/mailFolders/sentitems/messages"
        if not self.may_read:
            return _graph_error(403, "ErrorAccessDenied")
        wanted = request.url.params["$filter"]
        known = [str(_read(one)["Message-ID"]) for one in self.sent]
        found = [{"id": one} for one in known if wanted == f"internetMessageId eq '{one}'"]
        return httpx.Response(200, json={"value": found})


def _graph_error(status: int, code: str) -> httpx.Response:
    said = {"error": {"code": code, "message": "about zqxj, which a person wrote"}}
    return httpx.Response(status, json=said)


def _read(content: bytes) -> EmailMessage:
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


class TestGraph(ChannelContract):
    @pytest.fixture
    def microsoft(self) -> Microsoft:
        return Microsoft()

    @pytest.fixture
    def desk(self, microsoft: Microsoft) -> Desk:
        settings = GraphSettings.model_validate(
            {
                "mailbox": MAILBOX,
                "tenant": "wexcombe-tenant",
                "client_id": "app-1",
                "client_secret": "env:APP_SECRET",
            }
        )

        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    recipient=str(_read(one)["To"]),
                    subject=str(_read(one)["Subject"]),
                    text=str(_read(one).get_content()),
                    content=one,
                )
                for one in microsoft.sent
            ]

        return Desk(
            channel=lambda: Graph(settings, room(microsoft)),
            arrived=arrived,
            trouble=lambda kind: setattr(microsoft, "trouble", kind),
            can_say=True,
        )

    def test_without_the_permission_to_read_it_cannot_say_and_still_sends(
        self, desk: Desk, microsoft: Microsoft
    ) -> None:
        microsoft.may_read = False
        channel = desk.channel()
        send(channel)
        assert not channel.took(letter())

    @pytest.mark.parametrize(
        ("status", "code", "kind", "sentence"),
        [
            (403, "ErrorAccessDenied", Unusable, "permission Mail.Send"),
            (404, "MailboxNotEnabledForRESTAPI", Unusable, "has no licence"),
            (413, "", TooLarge, "of this size"),
            (429, "ApplicationThrottled", Unusable, "takes no more mail for now"),
            (400, "ErrorMimeContentInvalid", Permanent, "refuses the mail"),
        ],
    )
    def test_each_refusal_has_its_meaning(
        self,
        desk: Desk,
        microsoft: Microsoft,
        status: int,
        code: str,
        kind: type[Exception],
        sentence: str,
    ) -> None:
        microsoft.answer = (status, code)
        with pytest.raises(kind, match=sentence) as caught:
            send(desk.channel())
        assert type(caught.value) is kind
        assert "zqxj" not in str(caught.value)


# GOV.UK Notify, recorded


SERVICE, KEY = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


@dataclass
class GovUkNotify:
    """Notify's API, as documented: JWT, preview of a template, sending, finding by reference."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    trouble: Trouble | None = None
    subject: str = "((subject))"
    body: str = "((message))"
    status: str = "sending"
    answer: tuple[int, str] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.trouble is Trouble.DOWN:
            raise httpx.ConnectError("nothing answers")
        assert request.url.host == "api.notifications.service.gov.uk"
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, KEY, ["HS256"], options={"verify_iat": False})
        assert claims == {"iss": SERVICE, "iat": int(NOW.timestamp())}
        if self.trouble is Trouble.WRONG_KEY:
            return _notify_error(403, "AuthError")
        if request.method == "GET":
            return self._find(request)
        given = json.loads(request.content)
        if request.url.path == f"/v2/template/{TEMPLATE}/preview":
            return self._preview(given["personalisation"])
        return self._send(request, given)

    def _preview(self, given: dict[str, str]) -> httpx.Response:
        return httpx.Response(
            200,
            json={
                "id": TEMPLATE,
                "type": "email",
                "version": 1,
                "subject": _filled(self.subject, given),
                "body": _filled(self.body, given),
            },
        )

    def _send(self, request: httpx.Request, given: dict[str, Any]) -> httpx.Response:
        assert request.url.path in ("/v2/notifications/email", "/v2/notifications/sms")
        if self.trouble is Trouble.BUSY:
            return _notify_error(500, "Exception")
        if self.trouble is Trouble.NO_SUCH_RECIPIENT:
            return _notify_error(400, "ValidationError")
        if self.answer:
            return _notify_error(*self.answer)
        assert given["template_id"] == TEMPLATE
        self.sent.append(given)
        if self.trouble is Trouble.ANSWER_LOST:
            raise httpx.ReadTimeout("no answer")
        return httpx.Response(201, json={"id": "740e5834-3a29-46b4-9a6f-16142fde533a"})

    def _find(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v2/notifications"
        wanted = request.url.params["reference"]
        found = [
            {"reference": one["reference"], "status": self.status}
            for one in self.sent
            if one["reference"] == wanted
        ]
        return httpx.Response(200, json={"notifications": found, "links": {}})


def _filled(template: str, given: dict[str, str]) -> str:
    for name, value in given.items():
        template = template.replace(f"(({name}))", value)
    return template


def _notify_error(status: int, kind: str) -> httpx.Response:
    said = {"status_code": status, "errors": [{"error": kind, "message": "about zqxj"}]}
    return httpx.Response(status, json=said)


class TestNotify(ChannelContract):
    @pytest.fixture
    def notify(self) -> GovUkNotify:
        return GovUkNotify()

    @pytest.fixture
    def desk(self, notify: GovUkNotify) -> Desk:
        settings = NotifySettings.model_validate(
            {"api_key": "env:NOTIFY_KEY", "template": TEMPLATE}
        )

        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    recipient=one["email_address"],
                    subject=_filled(notify.subject, one["personalisation"]),
                    text=_filled(notify.body, one["personalisation"]),
                )
                for one in notify.sent
            ]

        return Desk(
            channel=lambda: Notify(settings, room(notify), clock=lambda: NOW),
            arrived=arrived,
            trouble=lambda kind: setattr(notify, "trouble", kind),
            can_say=True,
        )

    def test_the_reference_is_the_letters_own_and_says_nothing_of_a_person(
        self, desk: Desk, notify: GovUkNotify
    ) -> None:
        send(desk.channel())
        assert notify.sent[0]["reference"] == "<alert-1@wexcombepark.example>"

    @pytest.mark.parametrize("body", ["Dear head, something happened.", "((subject)) only", ""])
    def test_a_template_that_would_send_mails_without_our_words_is_refused_before_the_first(
        self, desk: Desk, notify: GovUkNotify, body: str
    ) -> None:
        notify.body = body
        with pytest.raises(Unusable, match=r"must have \(\(message\)\) in it"):
            send(desk.channel())
        assert notify.sent == []

    def test_a_letter_that_notify_could_not_deliver_counts_as_not_taken(
        self, desk: Desk, notify: GovUkNotify
    ) -> None:
        channel = desk.channel()
        send(channel)
        notify.status = "permanent-failure"
        assert not channel.took(letter(sender=channel.sender))

    def test_a_service_on_trial_is_told_what_to_ask_for(
        self, desk: Desk, notify: GovUkNotify
    ) -> None:
        notify.answer = (400, "BadRequestError")
        with pytest.raises(Unusable.__mro__[1], match="ask it there to go live"):
            send(desk.channel())

    @pytest.mark.parametrize("key", ["", "short", f"name-{SERVICE}", f"{SERVICE}{KEY}"])
    def test_a_key_that_is_not_whole_says_what_to_copy(
        self, desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTIFY_KEY", key)
        with pytest.raises(Unusable, match="copy it again from the page API integration"):
            desk.channel().check()


class TestNotifyText(BellContract):
    @pytest.fixture
    def desk(self) -> BellDesk:
        notify = GovUkNotify(subject="")
        key = Reference("env", "NOTIFY_KEY")
        phone = "07700 900123"
        return BellDesk(
            bell=lambda: NotifyText(key, TEMPLATE, phone, room(notify), clock=lambda: NOW),
            heard=lambda: [_filled(notify.body, one["personalisation"]) for one in notify.sent],
            trouble=lambda kind: setattr(notify, "trouble", kind),
        )


# Apprise, against a real web server


class Receiver:
    """A message service on loopback, such as a school's own: it keeps what is posted to it."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == 200:
                    receiver.posts.append(json.loads(said))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class TestMessenger(BellContract):
    @pytest.fixture
    def desk(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[BellDesk]:
        receiver, url = Receiver(), "json://user:not-a-real-secret@127.0.0.1:{}/"
        monkeypatch.setenv("TEAMS", url.format(receiver.port))

        def trouble(kind: Trouble | None) -> None:
            receiver.status = {Trouble.BUSY: 503, Trouble.WRONG_KEY: 401}.get(kind, 200)  # type: ignore[arg-type]
            if kind is Trouble.DOWN:
                monkeypatch.setenv("TEAMS", url.format(9))

        yield BellDesk(
            bell=lambda: Messenger(Reference("env", "TEAMS")),
            heard=lambda: [post["message"] for post in receiver.posts],
            trouble=trouble,
        )
        receiver.close()

    def test_nothing_but_the_call_is_in_what_leaves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        receiver = Receiver()
        monkeypatch.setenv("TEAMS", f"json://127.0.0.1:{receiver.port}/")
        Messenger(Reference("env", "TEAMS")).ring(DASHBOARD)
        receiver.close()
        (post,) = receiver.posts
        assert (post["title"], post["attachments"]) == ("", [])

    @pytest.mark.parametrize("address", ["", "teams", "nonsense://x", "msteams://"])
    def test_an_address_that_nobody_understands_is_not_repeated(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TEAMS", address)
        with pytest.raises(Unusable, match="is not understood; see"):
            Messenger(Reference("env", "TEAMS")).check()


# What a school may write


def test_every_way_to_tell_people_keeps_the_contract() -> None:
    """Whoever adds one finds out here."""
    ways = set(ChannelSettings.model_fields) - {"urgent"}
    assert ways == {"email", "graph", "notify"}
    assert set(BellKind) == {"messenger", "notify_text"}


GRAPH = {
    "mailbox": MAILBOX,
    "tenant": "t",
    "client_id": "app-1",
    "client_secret": "env:APP_SECRET",
}


def test_mails_leave_by_one_way_only() -> None:
    email = {"host": "smtp.example", "from": MAILBOX}
    with pytest.raises(ValueError, match=r"keep one of \[alerts.email\], \[alerts.graph\]"):
        ChannelSettings.model_validate({"email": email, "graph": GRAPH})


def test_each_way_makes_its_own_channel() -> None:
    web = room(lambda request: httpx.Response(500))
    email = {"host": "smtp.example", "from": MAILBOX}
    notify = {"api_key": "env:NOTIFY_KEY", "template": TEMPLATE}
    for table, name in [
        ({"email": email}, "email"),
        ({"graph": GRAPH}, "graph"),
        ({"notify": notify}, "notify"),
    ]:
        channel = ChannelSettings.model_validate(table).channel(web)
        assert channel is not None
        assert channel.name == name
    assert ChannelSettings().channel(web) is None


def test_a_bell_rings_for_its_own_schools_only() -> None:
    text = {
        "kind": "notify_text",
        "phone": "07700 900123",
        "api_key": "env:NOTIFY_KEY",
        "template": TEMPLATE,
        "schools": ["wexcombe"],
    }
    teams = {"kind": "messenger", "url": "env:TEAMS"}
    settings = ChannelSettings.model_validate({"urgent": [text, teams]})
    web = room(lambda request: httpx.Response(500))
    assert [bell.name for bell in settings.bells("wexcombe", web)] == ["notify_text", "messenger"]
    assert [bell.name for bell in settings.bells("other", web)] == ["messenger"]


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "messenger"},
        {"kind": "messenger", "url": "env:TEAMS", "phone": "07700 900123"},
        {"kind": "notify_text", "phone": "07700 900123"},
        {"kind": "notify_text", "url": "env:TEAMS"},
        {"kind": "pigeon", "url": "env:TEAMS"},
        {"kind": "messenger", "url": "https://hooks.example/secret"},
    ],
)
def test_a_bell_that_does_not_hang_together_is_a_mistake(table: dict[str, str]) -> None:
    with pytest.raises(ValueError) as caught:
        ChannelSettings.model_validate({"urgent": [table]})
    assert "hooks.example" not in str(caught.value)


@pytest.mark.parametrize(
    "extra",
    [
        {"client_id": "app-1"},
        {"client_id": "app-1", "client_secret": "env:S", "tenant": "t"},
        {"username": MAILBOX, "client_id": "app-1", "client_secret": "env:S"},
        {
            "username": MAILBOX,
            "client_id": "app-1",
            "client_secret": "env:S",
            "tenant": "t",
            "refresh_token": "env:R",
        },
        {
            "username": MAILBOX,
            "password": "env:P",
            "client_id": "app-1",
            "client_secret": "env:S",
            "tenant": "t",
        },
    ],
)
def test_an_app_that_does_not_hang_together_is_a_mistake(extra: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="instead of a password write"):
        EmailSettings.model_validate({"host": "smtp.example", "from": MAILBOX} | extra)


def test_a_letter_is_addressed_by_its_envelope_alone(tmp_path: Path) -> None:
    with SmtpServer() as server:
        settings = {"host": "127.0.0.1", "port": server.port, "security": "none", "from": MAILBOX}
        send(Email(EmailSettings.model_validate(settings)))
        assert server.messages[0].recipients == (HEAD,)


PAGE = Path(__file__).parents[2] / "docs" / "mail.md"


def _examples() -> list[str]:
    return re.findall(
        r"^ *```toml\n(.*?)^ *```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


@pytest.mark.parametrize("example", _examples(), ids=lambda text: text.split("\n")[0])
def test_what_the_page_tells_to_write_is_understood(example: str) -> None:
    given = tomllib.loads(example)["alerts"]
    assert ChannelSettings.model_validate(given)


def test_the_page_leads_to_every_way() -> None:
    shown = {name for example in _examples() for name in tomllib.loads(example)["alerts"]}
    assert shown == set(ChannelSettings.model_fields)
