"""What stands in the mails to those who are told because nobody has answered."""

from __future__ import annotations

from dataclasses import replace

from alerts.compose import compose
from alerts.text import COLUMNS
from monitor.domain import Category, Letter, Role, Urgency
from tests.unit.test_compose import AT, a_case, a_context


def a_letter(role: Role, **changes: object) -> Letter:
    plain = Letter(
        key="k", school="wexcombe", role=role, urgency=Urgency.GATHERED, answer="AbCdEf0123456789"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test names real fields


def words(letter: Letter, **case: object) -> tuple[str, str]:
    told = a_case(Category.THREAT, **case)  # type: ignore[arg-type]  # a_case's own
    mail = compose(letter, (told,), a_context(), at=AT)
    text = mail.get_content()
    assert all(len(line) <= COLUMNS for line in text.splitlines() if "/answer/" not in line)
    return str(mail["Subject"]), " ".join(text.split())


def test_an_urgent_mail_asks_to_say_that_it_was_seen() -> None:
    _, text = words(a_letter(Role.HEAD))
    assert "Say that you have seen this" in text
    assert "/answer/AbCdEf0123456789" in text
    assert "not answered" not in text.lower().replace("have not answered", "")


def test_the_deputy_reads_all_of_it_and_why_it_comes_to_them() -> None:
    subject, text = words(a_letter(Role.HEAD, deputy=True))
    assert subject.startswith("Not answered. ")
    assert "those who were told first have not answered" in text
    assert "possible threat" in text


def test_the_chair_is_asked_to_telephone_and_learns_nothing_of_the_case() -> None:
    subject, text = words(a_letter(Role.CHAIR_OF_GOVERNORS, called_in=True))
    assert subject == "Not answered: an urgent alert, incident 2026-014"
    assert "Telephone the headteacher now" in text
    assert "threat" not in text
    assert "Where" not in text
    assert "/incidents/" not in text
    assert "/answer/AbCdEf0123456789" in text


def test_a_note_about_several_keeps_to_itself_when_one_has_come_to_concern_the_head() -> None:
    letter = a_letter(Role.CHAIR_OF_GOVERNORS, called_in=True)
    concern = a_case(Category.DEFAMATION, about_head=True, number="2026-015")
    mail = compose(letter, (a_case(Category.THREAT), concern), a_context(), at=AT)
    text = " ".join(mail.get_content().split())
    assert mail["Subject"] == "Not answered: an urgent alert, incident 2026-014"
    for part in ("threat", "concern about the head", "2026-015", "/incidents/"):
        assert part not in text, "the concern comes to the chair in a mail of its own"


def test_a_digest_wants_no_answer() -> None:
    digest = Letter(key="d", school="wexcombe", role=Role.HEAD, urgency=Urgency.DIGEST)
    mail = compose(digest, (a_case(Category.THREAT),), a_context(), at=AT)
    assert "/answer/" not in mail.get_content()
