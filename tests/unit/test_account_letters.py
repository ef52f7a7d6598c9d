"""Whoever's ways in change is told by mail: what, when, by whom, and once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import pytest

from alerts.deliver import deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.writer import MailWriter
from monitor import domain
from monitor.account_role import AccountRole
from monitor.audit import account as named
from monitor.store.accounts import AccountError
from tests.accounts import ADDRESS, HEAD, OFFICE, PASSWORD, School, accounts_in, somebody
from tests.authenticator import Device

MARRIED = "new.name@wexcombepark.example"


@dataclass
class Post:
    """A channel that keeps what it takes."""

    taken: list[EmailMessage] = field(default_factory=list)
    name: ClassVar[str] = "post"
    sender: ClassVar[str] = "monitor@wexcombepark.example"

    def took(self, message: bytes) -> bool:
        return False

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        self.taken.append(message_from_bytes(message, policy=policy.default))


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    with accounts_in(database_url, tmp_path) as school:
        told(school)  # that passwords were set
        yield school


def mails(school: School, *, most: int = 99) -> list[EmailMessage]:
    """Those that leave now."""
    post = Post()
    wexcombe = domain.School(id="wexcombe", name="Wexcombe Park Primary School")
    writer = MailWriter(
        schools={"wexcombe": wexcombe},
        rosters={},
        sender=post.sender,
        dashboard_url=ADDRESS,
        guidance=load_guidance(),
        playbook=load_playbook(),
        screenshot=lambda *_: None,
    )
    deliver(school.store, post, writer, clock=lambda: school.now, most=most)
    return post.taken


def told(school: School) -> list[tuple[str, str]]:
    """Whom, and of what."""
    return [(mail["To"], mail["Subject"].removeprefix("Your account: ")) for mail in mails(school)]


def body_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def admin(school: School) -> str:
    with suppress(AccountError):
        school.accounts.add("admin@wexcombepark.example", AccountRole.ADMIN, ["wexcombe"])
    return named(school.account("admin@wexcombepark.example").id)


def test_each_change_of_one_s_own_is_told_once(school: School) -> None:
    token, device = school.inside(HEAD), Device(ADDRESS)
    assert told(school) == [(HEAD, "an authenticator app was set up as the second step")]
    school.accounts.renew_recovery_codes(token, school.code())
    assert told(school) == [(HEAD, "new recovery codes were made")]
    school.add(token, device, school.code())
    assert told(school) == [(HEAD, "a passkey was added")]
    (key,) = school.accounts.passkeys(school.account(HEAD))
    school.accounts.remove_passkey(token, key.id, school.code())
    assert told(school) == [(HEAD, "a passkey was removed")]
    school.accounts.enter_as(somebody(HEAD, second=True))
    assert told(school) == [(HEAD, "an account at Google was tied to yours")]
    (tie,) = school.accounts.identities(school.account(HEAD))
    school.accounts.untie(token, tie.id, school.code())
    assert told(school) == [(HEAD, "an account at Google was untied from yours")]
    school.accounts.remove_second_step(token, school.code())
    assert told(school) == [(HEAD, "the second step was taken out")]
    school.accounts.set_password(school.accounts.invite(HEAD), "eight yellow kettles")
    assert told(school) == [(HEAD, "a password was set")]
    assert told(school) == [], "nobody is told twice"


def test_a_recovery_code_that_was_used_is_told(school: School) -> None:
    token = school.inside(HEAD)
    (code, *_) = school.accounts.renew_recovery_codes(token, school.code())
    told(school)
    school.accounts.pass_by_recovery(school.accounts.sign_in(HEAD, PASSWORD), code)
    assert told(school) == [(HEAD, "a recovery code was used to sign in")]


def test_what_an_administrator_does_is_told_to_whom_it_is_done(school: School) -> None:
    by = admin(school)
    school.inside(HEAD)
    told(school)
    school.accounts.reset_second_step(HEAD, by=by)
    assert told(school) == [(HEAD, "the second step was reset")]
    school.accounts.change(HEAD, to=HEAD, role=AccountRole.DSL, schools=["wexcombe"], by=by)
    (mail,) = mails(school)
    assert mail["Subject"] == "Your account: what you may see was changed"
    assert "changed: you are in it as a safeguarding lead." in " ".join(body_of(mail).split())
    school.accounts.enter_as(somebody())
    (tie,) = school.accounts.identities(school.account())
    told(school)
    school.accounts.cut_tie(school.account(), tie.id, by=by)
    assert told(school) == [(OFFICE, "an account at Google was untied from yours")]
    school.accounts.disable(OFFICE, by=by)
    assert told(school) == [(OFFICE, "your account was disabled")]
    school.accounts.add(OFFICE, AccountRole.OFFICE, ["wexcombe"], by=by)
    assert told(school) == [(OFFICE, "your account was made anew")]


def test_the_old_address_is_told_and_the_new_one(school: School) -> None:
    inside = school.inside()
    school.accounts.change(
        OFFICE, to=f" {MARRIED.upper()} ", role=AccountRole.OFFICE, schools=["wexcombe"]
    )
    assert sorted(told(school)) == [
        (MARRIED, "the e-mail address of your account was changed to this one"),
        (OFFICE, "the e-mail address of your account was changed to another one"),
    ]
    assert school.accounts.session(inside) is None, "and whoever was in is out"
    assert school.accounts.session(school.accounts.sign_in(MARRIED, PASSWORD))
    with pytest.raises(AccountError, match="do not belong together"):
        school.accounts.sign_in(OFFICE, PASSWORD)


def test_nobody_gets_the_address_of_another_account(school: School) -> None:
    for places, role, match in (
        (["wexcombe"], AccountRole.OFFICE, "another account for"),
        ([], AccountRole.OFFICE, "for which school"),
        (["wexcombe"], AccountRole.STAFF, "only reports"),
    ):
        with pytest.raises(AccountError, match=match):
            school.accounts.change(OFFICE, to=HEAD, role=role, schools=places)
    assert told(school) == []
    assert school.account(OFFICE).role is AccountRole.OFFICE


def test_a_new_role_asks_for_its_second_step_at_once(school: School) -> None:
    token = school.inside()
    school.accounts.change(OFFICE, to=OFFICE, role=AccountRole.DSL, schools=["wexcombe"])
    assert school.accounts.session(token) is None
    token = school.accounts.sign_in(OFFICE, PASSWORD)
    assert (school.accounts.session(token), bool(school.accounts.offered(token))) == (None, True)


def test_a_change_that_was_refused_is_not_told_nor_a_new_account(school: School) -> None:
    token = school.inside()
    with pytest.raises(AccountError):
        school.add(token, Device(ADDRESS), "another password")
    admin(school)
    school.accounts.invite(OFFICE)
    assert told(school) == []


def test_it_says_what_when_by_whom_and_what_to_do(school: School) -> None:
    school.add(school.inside(), Device(ADDRESS))
    (mail,) = mails(school)
    assert mail["Subject"] == "Your account: a passkey was added"
    assert (
        body_of(mail)
        == """\
Your account at the reputation monitor of Wexcombe Park Primary School
was changed.

What  A passkey was added.
When  Friday 20 November 2026, 09:30 (UK time)
By    you, or somebody who signed in as you

Was it you? Then there is nothing to do.

If it was not:
  1. Tell whoever looks after the monitor at your school, at once, by
     telephone or in person. They can disable your account, which signs
     out everybody who is in it.
  2. If you can still sign in, open the dashboard as you always do,
     choose your e-mail address at the top, end all sessions, and remove
     what is not yours.
  3. Then ask for a new link, and set a new password.

--
This mail has no link, and the monitor never asks for a password or a
code by mail. A mail that does is not from it.
""".replace("\n--\n", "\n-- \n")
    )


def test_who_was_disabled_is_told_whom_to_ask(school: School) -> None:
    school.accounts.disable(OFFICE, by=admin(school))
    (mail,) = mails(school)
    body = body_of(mail)
    assert "By    an administrator of the monitor at your school\n" in body
    assert "look at the Audit, and to let you in again" in " ".join(body.split())
    assert "admin@" not in body


def test_no_secret_of_an_account_is_in_any_mail(school: School) -> None:
    link = school.accounts.invite(HEAD)
    school.accounts.set_password(link, PASSWORD)
    token = school.accounts.sign_in(HEAD, PASSWORD)
    secret = school.accounts.offered(token)
    assert secret
    inside = school.inside(HEAD)
    codes = school.accounts.renew_recovery_codes(inside, school.code())
    school.add(inside, Device(ADDRESS), school.code(), name="Her phone")
    sent = b"".join(mail.as_bytes() for mail in mails(school)).decode()
    assert sent.count("Your account:") == 4
    hidden = (link, token, inside, secret, PASSWORD, *codes, "Her phone", ADDRESS, "http")
    assert [each for each in hidden if each in sent] == []


def test_what_could_not_leave_waits_and_takes_nothing_from_the_share_of_alerts(
    school: School,
) -> None:
    for n in range(8):
        link = school.accounts.add(f"p{n}@wexcombepark.example", AccountRole.OFFICE, ["wexcombe"])
        school.accounts.set_password(link, PASSWORD)
    school.now += timedelta(days=1)
    assert [letter.whose for letter, *_ in school.store.unsent()] == [
        "a person, of their account"
    ] * 8
    assert len(mails(school, most=1)) == 8
    assert school.store.unsent() == []
