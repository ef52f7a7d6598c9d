"""What a mail says, and what it never says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.compose import Context, compose, message_id
from alerts.deliver import CannotWrite, to_bytes
from alerts.guidance import OURS, BadGuidance, load_guidance
from alerts.masking import defang, quote
from alerts.pictures import MOST_BYTES, MOST_TOGETHER
from alerts.playbook import load_playbook
from alerts.roster import Roster
from alerts.text import COLUMNS, item
from alerts.writer import MailWriter
from monitor.domain import (
    Assessment,
    CaptureMode,
    Case,
    Category,
    Evidence,
    EvidenceState,
    Incident,
    Letter,
    Mention,
    Reason,
    Revision,
    Role,
    School,
    Severity,
    Sighting,
    Urgency,
)

AT = datetime(2026, 7, 20, 8, 14, tzinfo=UTC)  # in summer, so that UK time is another
SCHOOL = School(
    id="wexcombe",
    name="Wexcombe Park Primary School",
    aliases=("Wexcombe Park", "WPPS"),
    town="Wexcombe",
    website="https://www.wexcombepark.example",
    headteacher="Mrs A Bellweather",
)
GUIDANCE = load_guidance()
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
GATHERED = Urgency.GATHERED
INSIDE, OUTSIDE = "head@wexcombepark.example", "someone@mail.example"
THREAT_TEXT = "gonna burn WPPS down tomorrow at 3pm, Orlando Quibble said so"


def a_case(
    *categories: Category,
    text: str = THREAT_TEXT,
    url: str = "https://social.example/@grumble/1093",
    author: str = "@grumble",
    severity: Severity = Severity.HIGH,
    about_head: bool = False,
    child_safety: bool = False,
    not_assessed: str | None = None,
    mode: CaptureMode = CaptureMode.FULL,
    number: str = "2026-014",
) -> Case:
    kinds = frozenset(categories)
    reasons = tuple(
        Reason(category=kind, start=0, end=len(text), text=text, rule="r") for kind in kinds
    )
    assessment = Assessment(
        about_school=True,
        relevance=0.97,
        model="test",
        categories=kinds,
        scores=dict.fromkeys(kinds, 0.86),
        severity=severity,
        because=reasons,
        not_assessed=not_assessed,
    )
    mention = Mention(
        source="town", external_id="1", url=url, text=text, author=author, published_at=AT
    )
    incident = Incident(
        key=f"wexcombe:town:{number}",
        school="wexcombe",
        opened_at=AT,
        categories=kinds,
        severity=severity,
        number=number,
        about_head=about_head,
        child_safety=child_safety,
        pictures_allowed=mode is CaptureMode.FULL,
    )
    evidence = Evidence(
        id="a1b2", mode=mode, state=EvidenceState.SEALED, captured_at=AT, manifest_sha256="0"
    )
    sighting = Sighting(mention=mention, assessment=assessment, first_seen_at=AT)
    return Case(incident=incident, sightings=(sighting,), evidence=(evidence,))


def a_letter(role: Role = Role.HEAD, urgency: Urgency = Urgency.NOW) -> Letter:
    return Letter(key="k", school="wexcombe", role=role, urgency=urgency)


def a_context(recipient: str = INSIDE, school: School = SCHOOL) -> Context:
    return Context(
        school=school,
        sender="monitor@wexcombepark.example",
        recipient=recipient,
        dashboard_url="http://127.0.0.1:8000",
        guidance=GUIDANCE,
        playbook=load_playbook(),
    )


def mail(
    *cases: Case,
    role: Role = Role.HEAD,
    urgency: Urgency = Urgency.NOW,
    recipient: str = INSIDE,
    screenshot: bytes = b"",
) -> EmailMessage:
    """As the recipient's program reads it off the wire."""
    written = compose(
        a_letter(role, urgency),
        cases,
        a_context(recipient),
        at=AT,
        screenshots={"a1b2": screenshot},
    )
    read = message_from_bytes(to_bytes(written), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return "\n".join(str(body.get_content()).splitlines())


def flat(message: EmailMessage) -> str:
    """The text without its line breaks."""
    return " ".join(text_of(message).split())


def pictures(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if part.get_content_maintype() == "image"]


# What it says


def test_a_mail_says_what_where_when_why_how_sure_and_what_to_do() -> None:
    said = flat(mail(a_case(Category.THREAT)))
    for part in (
        "A public post about Wexcombe Park Primary School was flagged: possible threat.",
        "nobody has checked it yet",
        "Incident 2026-014",
        "Severity high: please act today",
        "clear signs; strong signs that it is about the school",
        "Posted Monday 20 July 2026, 09:14 (the site says)",
        "Found Monday 20 July 2026, 09:14 (UK time)",
        "hxxps://social[.]example/[...]/1093",
        "Its words state or suggest violence",
        '"gonna burn [the school] down tomorrow at 3pm [...] said so"',
        "1. If anyone may be in danger now, ring 999.",
        "Do not reply to the post",
        "Police: 999 in an emergency, otherwise 101",
        "http://127.0.0.1:8000/incidents/2026-014",
        "The evidence is saved and sealed.",
        "Guidance, not legal advice. Checked on 20 November 2026",
        "Sent by a program on behalf of the school.",
    ):
        assert part in said


def test_the_subject_names_severity_kind_and_number_and_nobody() -> None:
    assert mail(a_case(Category.THREAT))["Subject"] == "High: possible threat, incident 2026-014"


@pytest.mark.parametrize("number", [1, 3])
def test_where_every_minute_may_count_the_mail_begins_with_999(number: int) -> None:
    def told(severity: Severity) -> str:
        cases = [
            a_case(Category.THREAT, severity=severity, number=f"2026-01{n}") for n in range(number)
        ]
        return flat(mail(*cases))

    begins = "Please act now. If anyone may be in danger now, ring 999."
    assert told(Severity.CRITICAL).startswith(begins)
    assert begins not in told(Severity.HIGH)


def test_what_could_not_be_judged_is_to_be_read_and_was_not_flagged() -> None:
    unread = mail(a_case(severity=Severity.NONE, not_assessed="language"), role=Role.OFFICE)
    assert unread["Subject"] == "To be read: what could not be judged, incident 2026-014"
    assert flat(unread).startswith("A public post that may be about Wexcombe Park Primary School")
    assert "could not be judged by the program" in flat(unread)


def test_a_mail_about_self_harm_names_those_who_listen_at_any_hour() -> None:
    said = flat(mail(a_case(Category.SELF_HARM, child_safety=True), role=Role.DSL))
    assert "Samaritans, for anyone who struggles to cope: 116 123" in said
    assert "Childline, for anyone under 19: 0800 1111" in said


def test_the_gravest_kind_gives_the_subject() -> None:
    both = a_case(Category.ABUSE, Category.THREAT)
    assert mail(both)["Subject"] == "High: possible threat, incident 2026-014"


def test_a_child_at_risk_comes_before_the_category() -> None:
    case = a_case(Category.SEXUAL, child_safety=True)
    assert mail(case)["Subject"] == "High: a child may be at risk, incident 2026-014"
    said = flat(mail(case))
    assert "1. If a child is in danger now, ring 999." in said
    assert "Do not open, screenshot, copy, print, save or pass on any picture" in said


def test_the_subject_to_the_chair_does_not_say_that_it_is_about_the_head() -> None:
    message = mail(a_case(Category.DEFAMATION, about_head=True), role=Role.CHAIR_OF_GOVERNORS)
    assert message["Subject"] == "High: for the chair of governors, incident 2026-014"
    assert "Do not discuss it with the head" in flat(message)


def test_an_office_that_stands_in_for_the_chair_learns_nothing_but_to_pass_it_on() -> None:
    message = mail(a_case(Category.DEFAMATION, about_head=True), role=Role.OFFICE)
    said = flat(message)
    assert "Pass this mail to the chair of governors today, and to nobody else." in said
    for kept in ("defamation", "hxxps", "concern", "Flagged"):
        assert kept not in said + message["Subject"]


def test_a_digest_lists_each_incident_once_the_most_serious_first() -> None:
    minor = a_case(Category.ABUSE, severity=Severity.LOW, number="2026-015")
    medium = a_case(Category.HATE, severity=Severity.MEDIUM, number="2026-016")
    unread = a_case(severity=Severity.NONE, not_assessed="language", number="2026-017")
    message = mail(minor, unread, medium, minor, urgency=Urgency.DIGEST)
    assert message["Subject"] == "Digest: 3 incidents to look at"
    titles = re.findall(r"^Incident (\S+)$", text_of(message), re.MULTILINE)
    assert titles == ["2026-016", "2026-015", "2026-017"]
    assert "http://127.0.0.1:8000/incidents/2026-016" in text_of(message)


def test_a_digest_to_the_office_keeps_a_concern_about_the_head_shut() -> None:
    shut = a_case(Category.DEFAMATION, about_head=True, severity=Severity.MEDIUM)
    said = flat(mail(shut, role=Role.OFFICE, urgency=Urgency.DIGEST))
    assert "For the chair of governors: pass this on, and do not open the entry" in said
    assert "defamation" not in said
    assert "hxxps" not in said


def test_one_mail_about_many_keeps_a_concern_about_the_head_shut_for_the_office() -> None:
    shut = a_case(
        Category.DEFAMATION,
        about_head=True,
        severity=Severity.CRITICAL,
        url="https://forum.example/9",
    )
    fake = a_case(Category.IMPERSONATION, number="2026-015")
    said = flat(mail(shut, fake, role=Role.OFFICE, urgency=Urgency.GATHERED))
    assert "For the chair of governors: pass this on, and do not open the entry" in said
    for part in ("a concern about the head", "defamation", "forum", "LADO"):
        assert part not in said
    assert GUIDANCE.categories["impersonation"].do[0] in said


@pytest.mark.parametrize("urgency", [Urgency.NOW, Urgency.GATHERED, Urgency.DIGEST])
def test_who_may_be_unable_to_open_the_log_reads_whom_to_ask(urgency: Urgency) -> None:
    details, others = a_case(Category.IDENTIFYING), a_case(Category.IDENTIFYING, number="2026-015")
    cases = (details,) if urgency is Urgency.NOW else (details, others)
    ask = "If the log does not open for you, ask"
    officer = flat(mail(*cases, role=Role.DATA_PROTECTION_OFFICER, urgency=urgency))
    assert f"{ask} the head or the office to show you the entry." in officer
    assert ask not in flat(mail(*cases, role=Role.HEAD, urgency=urgency))


def test_for_what_is_about_the_head_a_chair_asks_the_safeguarding_lead_and_never_the_head() -> (
    None
):
    said = flat(mail(a_case(Category.ABUSE, about_head=True), role=Role.CHAIR_OF_GOVERNORS))
    assert "ask the designated safeguarding lead, and never the head, to show you" in said


def test_a_post_seen_in_many_places_is_one_mail_with_a_few_addresses() -> None:
    case = a_case(Category.ABUSE)
    (sighting,) = case.sightings
    many = tuple(
        replace(sighting, mention=replace(sighting.mention, url=f"https://s{n}.example/{n}"))
        for n in range(9)
    )
    said = flat(mail(replace(case, sightings=many)))
    assert "Seen 9 times" in said
    assert "hxxps://s4[.]example/4 and 4 more in the log" in said


def test_where_no_copy_may_be_made_the_mail_says_so() -> None:
    said = flat(mail(replace(a_case(Category.ABUSE), evidence=())))
    assert "No copy was made, because the site allows none." in said


def test_an_incident_without_a_sighting_still_gives_a_mail() -> None:
    case = replace(a_case(Category.ABUSE), sightings=(), evidence=())
    assert "see the log" in flat(mail(case))
    assert "not yet saved" in flat(mail(case))


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("urgency", Urgency)
def test_no_line_is_wider_than_72_columns(category: Category, urgency: Urgency) -> None:
    case = a_case(category, about_head=category is Category.DEFAMATION, child_safety=True)
    for line in text_of(mail(case, urgency=urgency)).splitlines():
        assert len(line) <= 72, line


def test_a_telephone_number_stands_on_one_line() -> None:
    for before in range(40, COLUMNS):
        lines = item("x" * before + " ring 0345 6000 459 or 0344 381 4772 now", "-").splitlines()
        for number in ("0345 6000 459", "0344 381 4772"):
            assert any(number in line for line in lines)
        assert all(len(line) <= COLUMNS for line in lines if "ring" in line)


def test_only_an_address_may_stand_on_a_longer_line_and_it_ends_somewhere() -> None:
    case = a_case(Category.ABUSE, url="https://long.example/" + "1" * 5000)
    wide = [line for line in text_of(mail(case)).splitlines() if len(line) > 72]
    assert [line.strip()[:22] for line in wide] == ["hxxps://long[.]example"]
    assert len(wide[0]) < 300


# How it is marked


def test_the_headers_keep_other_programs_from_answering_and_hold_a_story_together() -> None:
    first, second = mail(a_case(Category.THREAT)), mail(a_case(Category.THREAT, Category.HATE))
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["List-Id"] == "<wexcombe.alerts.wexcombepark.example>"
    assert first["Date"].datetime == AT
    assert re.fullmatch(r"<alert-[0-9a-f-]{36}@wexcombepark\.example>", first["Message-ID"])
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert first["References"].startswith("<story-")


def test_the_text_is_plain_and_alone() -> None:
    message = mail(a_case(Category.THREAT))
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"


def test_the_same_letter_is_the_same_mail_to_the_last_byte() -> None:
    one, two = (mail(a_case(Category.THREAT)).as_bytes() for _ in range(2))
    assert one == two


def test_a_school_with_an_accent_in_its_name_is_written_right() -> None:
    school = replace(SCHOOL, name="Ysgol Tŷ Gwyn")
    context = a_context(school=school)
    message = to_bytes(compose(a_letter(), (a_case(Category.THREAT),), context, at=AT))
    assert message.isascii()
    assert "Ysgol Tŷ Gwyn" in flat(message_from_bytes(message, policy=policy.default))


def test_a_very_long_domain_does_not_turn_the_message_id_into_code() -> None:
    domain = f"{'long-' * 11}name.example"
    writer = replace(a_writer(), sender=f"monitor@{domain}")
    letter, cases = a_letter(), (a_case(Category.THREAT),)
    wire = to_bytes(writer.write(letter, cases, AT))
    assert f"@{domain}>\r\n".encode() in wire
    assert b"=?" not in wire


# What it never says

SYLLABLES = ("zan", "quib", "vor", "plim", "drax", "onk", "fel", "wub")
NAMES = st.builds(
    lambda first, last, shape: shape(f"{''.join(first)} {''.join(last)}"),
    st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=3),
    st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=3),
    st.sampled_from([str.title, str.lower, str.upper]),
)
SENTENCES = st.sampled_from(
    [
        "{} in 4B will be killed tomorrow at school",
        "burn it down says {}!",
        "({}), year 4, 12 Nowhere Lane, 01632 960123, {}@mail.example",
        "kill, attack and stab:{}",
        "the head hit\u200b{}\u202e yesterday with a knife",
    ]
)
FORMS = st.sampled_from(
    ["/{}", "/news/{}-excluded", "/@{}/17", "/p?q={}&x=1", "/a#{}", "/%41/{}/b", "/{}%0d%0aBcc:x"]
)
JOINS = st.sampled_from(["", "-", "_", ".", "%20", "+"])


@settings(deadline=None)
@given(
    name=NAMES,
    sentence=SENTENCES,
    form=FORMS,
    join=JOINS,
    encoded=st.booleans(),
    categories=st.sets(st.sampled_from(Category)),
    child_safety=st.booleans(),
    about_head=st.booleans(),
    role=st.sampled_from(Role),
    urgency=st.sampled_from(Urgency),
    recipient=st.sampled_from([INSIDE, OUTSIDE]),
)
def test_a_pupil_named_in_a_post_is_never_named_in_the_mail(
    name: str,
    sentence: str,
    form: str,
    join: str,
    encoded: bool,
    categories: set[Category],
    child_safety: bool,
    about_head: bool,
    role: Role,
    urgency: Urgency,
    recipient: str,
) -> None:
    slug = name.replace(" ", join)
    case = a_case(
        *categories,
        text=sentence.format(name, slug),
        url="https://site.example" + form.format(percent(slug.lower(), "%") if encoded else slug),
        author=name,
        child_safety=child_safety,
        about_head=about_head,
    )
    message = mail(case, role=role, urgency=urgency, recipient=recipient)
    shown = (str(message["Subject"]) + flat(message)).casefold()
    for part in name.casefold().split():
        assert part not in shown


@pytest.mark.parametrize("recipient", [INSIDE, OUTSIDE])
def test_the_writers_handle_is_not_in_the_mail_for_a_pupil_may_have_written_it(
    recipient: str,
) -> None:
    said = flat(mail(a_case(Category.THREAT), recipient=recipient))
    assert "hxxps://social[.]example/[...]/1093" in said
    assert "grumble" not in said


@pytest.mark.parametrize("category", [Category.THREAT, Category.SEXUAL])
@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://orlando-quibble.blog.example/1", "hxxps://[...][.]blog[.]example/"),
        ("https://orlandoquibble.co.uk/1", "hxxps://[...][.]co[.]uk/"),
        ("https://www.gazette.co.uk/1", "hxxps://www[.]gazette[.]co[.]uk/"),
        ("https://bramble.wexshire.sch.uk/1", "hxxps://bramble[.]wexshire[.]sch[.]uk/"),
        ("https://en.wikipedia.example/1", "hxxps://en[.]wikipedia[.]example/"),
        ("https://wexcombe-park.blog.example/1", "hxxps://wexcombe-park[.]blog[.]example/"),
    ],
)
def test_whose_page_it_is_does_not_stand_in_the_sites_name_either(
    category: Category, url: str, site: str
) -> None:
    assert site in flat(mail(a_case(category, url=url)))
    assert site[len("hxxps://") : -1] in flat(
        mail(a_case(category, url=url), a_case(category, number="2026-015"), urgency=GATHERED)
    )


@pytest.mark.parametrize(
    "case",
    [
        a_case(Category.IDENTIFYING),
        a_case(Category.SEXUAL),
        a_case(Category.SELF_HARM),
        a_case(Category.THREAT, child_safety=True),
        a_case(not_assessed="a picture without words", severity=Severity.NONE),
    ],
)
def test_where_a_child_could_be_recognised_only_the_site_is_named(case: Case) -> None:
    said = flat(mail(case))
    assert "hxxps://social[.]example/[...]" in said
    assert "1093" not in said


@pytest.mark.parametrize(
    "category",
    [
        Category.DEFAMATION,
        Category.IDENTIFYING,
        Category.SEXUAL,
        Category.SELF_HARM,
        Category.HATE,
    ],
)
def test_accusations_slurs_and_childrens_stories_are_not_repeated(category: Category) -> None:
    assert "The words:" not in flat(mail(a_case(category, Category.THREAT)))
    assert "The words:" in flat(mail(a_case(Category.THREAT)))


def test_the_words_are_not_repeated_where_a_child_or_the_head_is_concerned() -> None:
    assert "The words:" not in flat(mail(a_case(Category.THREAT, about_head=True)))
    assert "The words:" not in flat(mail(a_case(Category.THREAT, child_safety=True)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I will kill Mr Bodkin at the gates", "i [...] kill [...] at the gates"),
        ("Emily Burn attacked school", "[...] attacked school"),
        ("BURN THE SCHOOL DOWN", "burn the school down"),
        ("Kill them all, 07700 900123", "kill them all [...]"),
        ("attack at Wexcombe Park school", "attack at [the school] school"),
        ("stab you\u2019ll die", "stab you'll die"),
    ],
)
def test_of_a_post_only_plain_words_are_repeated(text: str, shown: str) -> None:
    assert quote(text, SCHOOL) == shown


@pytest.mark.parametrize("text", ["", "Orlando Quibble", "the a of", "kill Orlando", "???"])
def test_too_few_plain_words_are_not_repeated_at_all(text: str) -> None:
    assert quote(text, SCHOOL) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b?c=1#d", "hxxps://a[.]example/b?c=1#d"),
        ("http://127.0.0.1:8080/x", "hxxp://127[.]0[.]0[.]1:8080/x"),
        ("http://[::1]:80/x", "hxxp://[::1]:80/x"),
        ("https://user:word@a.example/", "hxxps://a[.]example/"),
        ("https://a.example/caf\u00e9/1", "hxxps://a[.]example/[...]/1"),
        ("https://a.example/x\r\nBcc: y@b.example", "hxxps://a[.]example/[...]:[...]"),
        (
            "https://gazette.example/news/jayden-okafor-year-4-threatened?pupil=Jayden+Okafor",
            "hxxps://gazette[.]example/news/[...]?pupil=[...]+[...]",
        ),
        ("https://a.example/year-4-threatened", "hxxps://a[.]example/year-4-threatened"),
        ("https://a.example/JaydenOkafor/1", "hxxps://a[.]example/[...]/1"),
        ("https://a.example/%4Aayden.html", "hxxps://a[.]example/[...]"),
        ("https://a.example/j-a-y-d-e-n", "hxxps://a[.]example/[...]"),
        (
            "https://a.example/wexcombe-park/wpps_news",
            "hxxps://a[.]example/wexcombe-park/wpps_news",
        ),
        ("https://a.example/park", "hxxps://a[.]example/[...]"),
        ("https://jayden.example/", "hxxps://jayden[.]example/"),
        ("javascript:alert(1)", "(no web address that can be shown)"),
        ("", "(no web address that can be shown)"),
        ("https://[half", "(no web address that can be shown)"),
        ("https://a.example:99999/", "(no web address that can be shown)"),
    ],
)
def test_an_address_is_readable_and_cannot_be_clicked(url: str, shown: str) -> None:
    assert defang(url, SCHOOL) == shown


def test_a_schools_name_is_known_in_an_address_however_it_is_joined_but_not_a_part_of_it() -> None:
    school = replace(SCHOOL, name="St Mary's School", aliases=())
    for slug in ("st-mary-s-school", "st-marys-school", "stmarysschool"):
        assert defang(f"https://a.example/{slug}", school).endswith(slug)
    assert defang("https://a.example/mary-threatened", school).endswith("/[...]")


def test_a_child_named_only_in_the_address_is_not_named_in_the_mail() -> None:
    url = "https://gazette.example/news/jayden-okafor-threatened?pupil=Jayden+Okafor"
    said = flat(mail(a_case(Category.THREAT, url=url))).casefold()
    assert "hxxps://gazette[.]example/news/[...]" in said
    assert "jayden" not in said
    assert "okafor" not in said


def test_a_site_keeps_its_name_when_people_talk_of_it_but_not_a_persons_name() -> None:
    def shown(url: str, *private: str) -> str:
        return defang(url, SCHOOL, private=frozenset(private))

    person = ("orlando", "quibble")
    assert shown("https://social.example/1", "social").startswith("hxxps://social[")
    assert shown("https://orlandoquibble.example/1", *person).startswith("hxxps://[...][.]")
    assert shown("https://quibble.blog.example/1", *person).startswith("hxxps://[...][.]blog")


def test_line_ends_in_what_strangers_wrote_add_no_header_and_no_line() -> None:
    evil = "x\r\nBcc: everyone@mail.example\r\n\r\nHello"
    message = mail(
        a_case(
            Category.THREAT, text=f"kill them all {evil}", author=evil, url=f"https://a.b/{evil}"
        )
    )
    assert message["Bcc"] is None
    assert "Bcc" not in text_of(message)


# Pictures


def test_the_screenshot_goes_to_the_schools_own_domain() -> None:
    (picture,) = pictures(mail(a_case(Category.THREAT), screenshot=PNG))
    assert (picture.get_content_type(), picture.get_content()) == ("image/png", PNG)


@pytest.mark.parametrize(
    "recipient",
    [OUTSIDE, "head@wexcombepark.example.evil.example", "head@notwexcombepark.example"],
)
def test_the_screenshot_goes_nowhere_else(recipient: str) -> None:
    assert pictures(mail(a_case(Category.THREAT), recipient=recipient, screenshot=PNG)) == []


@pytest.mark.parametrize(
    "case",
    [
        a_case(Category.IDENTIFYING, Category.THREAT),
        a_case(Category.SEXUAL),
        a_case(Category.SELF_HARM),
        a_case(Category.THREAT, child_safety=True),
        a_case(Category.THREAT, mode=CaptureMode.LINK),
        a_case(Category.THREAT, mode=CaptureMode.TEXT),
        a_case(severity=Severity.NONE, not_assessed="language"),
    ],
)
def test_no_screenshot_leaves_where_a_child_could_be_seen(case: Case) -> None:
    assert pictures(mail(case, screenshot=PNG)) == []


def test_a_digest_has_no_pictures() -> None:
    message = mail(a_case(Category.THREAT), urgency=Urgency.DIGEST, screenshot=PNG)
    assert pictures(message) == []


@pytest.mark.parametrize("content", [b"", b"GIF89a", PNG + b"\0" * MOST_BYTES])
def test_what_is_no_png_or_too_large_is_left_out(content: bytes) -> None:
    assert pictures(mail(a_case(Category.THREAT), screenshot=content)) == []


def a_case_with_pictures(*, newest_last: int) -> Case:
    case = a_case(Category.THREAT)
    (item,) = case.evidence
    made = tuple(
        replace(item, id=f"e{n}", captured_at=AT + timedelta(hours=n)) for n in range(newest_last)
    )
    return replace(case, evidence=made)


def test_pictures_go_along_newest_first_up_to_a_limit_and_the_rest_is_named() -> None:
    content = PNG + b"\0" * (MOST_TOGETHER // 2 - len(PNG))
    writer = replace(a_writer(), screenshot=lambda school, evidence: content)
    message = writer.write(a_letter(), (a_case_with_pictures(newest_last=7),), AT)
    assert [p.get_filename() for p in pictures(message)] == [
        "screenshot-e5.png",
        "screenshot-e6.png",
    ]
    assert "5 more pictures in the log" in flat(message)
    assert len(to_bytes(message)) < 10_240_000, "Postfix takes no more unless it is told to"


def test_a_single_picture_that_is_too_large_is_named_too() -> None:
    huge = PNG + b"\0" * MOST_BYTES
    writer = replace(a_writer(), screenshot=lambda school, evidence: huge)
    message = writer.write(a_letter(), (a_case(Category.THREAT),), AT)
    assert pictures(message) == []
    assert "1 more picture in the log" in flat(message)


def test_a_mail_can_be_written_without_its_pictures_and_says_where_they_are() -> None:
    letter, cases = a_letter(), (a_case_with_pictures(newest_last=2),)
    with_them = a_writer().write(letter, cases, AT)
    without = a_writer().write(letter, cases, AT, pictures=False)
    assert (len(pictures(with_them)), pictures(without)) == (2, [])
    assert "more picture" not in flat(with_them)
    assert "2 more pictures in the log" in flat(without)
    assert with_them["Message-ID"] == without["Message-ID"]


def test_a_screenshot_that_is_not_there_is_not_spoken_of() -> None:
    writer = replace(a_writer(), screenshot=lambda school, evidence: None)
    assert "more picture" not in flat(writer.write(a_letter(), (a_case(Category.THREAT),), AT))


@pytest.mark.parametrize("website", ["", "https://localhost", "https://127.0.0.1", "nonsense"])
def test_without_a_real_website_no_domain_is_the_schools_own(website: str) -> None:
    school = replace(SCHOOL, website=website)
    host = website.removeprefix("https://")
    context = a_context(recipient=f"head@{host or 'x.example'}", school=school)
    message = compose(
        a_letter(), (a_case(Category.THREAT),), context, at=AT, screenshots={"a1b2": PNG}
    )
    assert pictures(message) == []


# Who it is written to


def a_writer(**contacts: str) -> MailWriter:
    named = contacts or {"head": INSIDE}
    return MailWriter(
        schools={"wexcombe": SCHOOL},
        rosters={"wexcombe": Roster.of({Role(name): address for name, address in named.items()})},
        sender="monitor@wexcombepark.example",
        dashboard_url="http://127.0.0.1:8000/",
        guidance=GUIDANCE,
        playbook=load_playbook(),
        screenshot=lambda school, evidence: PNG,
    )


def test_the_writer_addresses_the_role_and_attaches_what_it_may() -> None:
    message = a_writer().write(a_letter(), (a_case(Category.THREAT),), AT)
    assert message["To"] == INSIDE
    assert len(pictures(message)) == 1


def test_the_writer_asks_for_no_screenshot_that_may_not_leave() -> None:
    def never(school: str, evidence: Evidence) -> bytes:
        raise AssertionError("asked for a picture that may not leave")

    writer = replace(a_writer(), screenshot=never)
    writer.write(a_letter(), (a_case(Category.SEXUAL),), AT)


def test_a_missing_address_says_where_to_add_it() -> None:
    with pytest.raises(CannotWrite, match="add dsl under"):
        a_writer().write(a_letter(Role.DSL), (a_case(Category.THREAT),), AT)


def test_a_deputy_who_is_no_longer_named_says_where_to_add_one() -> None:
    letter = replace(a_letter(Role.HEAD), deputy=True)
    with pytest.raises(CannotWrite, match=r"add head under \[schools.deputies\]"):
        a_writer(head=INSIDE).write(letter, (a_case(Category.THREAT),), AT)


def test_a_broken_address_says_where_to_correct_it() -> None:
    with pytest.raises(CannotWrite, match=r"head under .* correct it"):
        a_writer(head="head@x.example\r\nBcc: y").write(a_letter(), (a_case(),), AT)


def test_a_school_no_longer_configured_is_named() -> None:
    with pytest.raises(CannotWrite, match="no longer in the configuration"):
        replace(a_writer(), schools={}).write(a_letter(), (a_case(),), AT)


def test_a_concern_about_the_head_is_not_written_to_a_chair_with_the_heads_address() -> None:
    letter = a_letter(Role.CHAIR_OF_GOVERNORS)
    case = a_case(Category.DEFAMATION, about_head=True)
    writer = a_writer(head=INSIDE, chair_of_governors=INSIDE.upper())
    assert writer.readable(letter, (case,)) == (case,)
    with pytest.raises(CannotWrite, match="is also the head's"):
        writer.write(letter, (case,), AT)


def test_what_has_come_to_concern_the_head_leaves_the_heads_digest() -> None:
    own, other = a_case(Category.DEFAMATION, about_head=True), a_case(Category.ABUSE)
    digest = a_letter(urgency=Urgency.DIGEST)
    assert a_writer().readable(digest, (own, other)) == (other,)


def as_judged(case: Case, *, about_head: bool = False, child_safety: bool = False) -> Case:
    """Only a mention in it is judged so; the incident does not know of it (yet)."""
    (sighting,) = case.sightings
    judged = replace(sighting.assessment, about_head=about_head, child_safety=child_safety)
    return replace(case, sightings=(replace(sighting, assessment=judged),))


def test_a_mention_about_the_head_keeps_the_incident_from_the_head() -> None:
    case = as_judged(a_case(Category.DEFAMATION), about_head=True)
    assert a_writer().readable(a_letter(), (case,)) == ()
    shared = a_writer(head=INSIDE, dsl=INSIDE, chair_of_governors="chair@mail.example")
    assert shared.readable(a_letter(Role.DSL), (case,)) == ()
    with pytest.raises(CannotWrite, match="is also the head's"):
        shared.message_id(a_letter(Role.DSL), (case,))
    message = mail(case, role=Role.CHAIR_OF_GOVERNORS)
    assert message["Subject"] == "High: for the chair of governors, incident 2026-014"
    assert "hxxps" not in flat(mail(case, role=Role.OFFICE))


def test_a_mention_of_a_child_at_risk_leaves_only_the_site_and_no_words_and_no_picture() -> None:
    message = mail(as_judged(a_case(Category.THREAT), child_safety=True), screenshot=PNG)
    said = flat(message)
    assert "hxxps://social[.]example/[...]" in said
    assert "The words:" not in said
    assert pictures(message) == []
    assert message["Subject"] == "High: a child may be at risk, incident 2026-014"


def test_what_a_post_became_by_an_edit_guards_the_mail_as_if_it_had_been_so_from_the_first() -> (
    None
):
    case = a_case(Category.THREAT)
    (first,) = case.sightings
    judged = replace(first.assessment, child_safety=True)
    edit = Revision(mention=first.mention, assessment=judged, seen_at=AT + timedelta(hours=1))
    edited = replace(case, sightings=(replace(first, revisions=(edit,)),))
    message = mail(edited, screenshot=PNG)
    said = flat(message)
    assert "hxxps://social[.]example/[...]" in said
    assert "The words:" not in said
    assert pictures(message) == []


def test_the_same_letter_about_the_same_incidents_keeps_its_identity() -> None:
    one, two = a_case(number="2026-001"), a_case(number="2026-002")
    letter, context = a_letter(), a_context()

    def same(*cases: Case, letter: Letter = letter, context: Context = context) -> bool:
        return message_id(letter, cases, context) == message_id(a_letter(), (one,), a_context())

    assert same(one, one)
    assert not same(one, two)
    assert not same(one, letter=replace(letter, key="another"))
    assert message_id(letter, (one, two), context) == message_id(letter, (two, one), context)


@pytest.mark.parametrize(
    "changed",
    [
        {"context": a_context("new@wexcombepark.example")},
        {"context": replace(a_context(), sender="other@wexcombepark.example")},
        {"case": a_case(Category.THREAT, about_head=True)},
        {"case": as_judged(a_case(Category.THREAT), child_safety=True)},
        {"case": a_case(Category.THREAT, mode=CaptureMode.LINK)},
    ],
    ids=["recipient", "sender", "head", "child", "pictures"],
)
def test_a_mail_that_may_not_be_sent_as_it_was_has_another_identity(changed: Any) -> None:
    before: dict[str, Any] = {"case": a_case(Category.THREAT), "context": a_context()}
    after = before | changed
    first, second = (
        message_id(a_letter(), (it["case"],), it["context"]) for it in (before, after)
    )
    assert first != second


def test_the_writer_foretells_the_identity_of_what_it_would_write() -> None:
    letter, cases = a_letter(), (a_case(Category.THREAT),)
    assert a_writer().write(letter, cases, AT)["Message-ID"] == a_writer().message_id(
        letter, cases
    )


def test_a_letter_is_known_to_be_readdressed_only_when_the_role_has_another_address() -> None:
    letter, cases = a_letter(), (a_case(Category.THREAT),)
    kept = replace(letter, message=to_bytes(a_writer().write(letter, cases, AT)))
    assert not a_writer().is_readdressed(letter)
    assert not a_writer().is_readdressed(kept)
    assert a_writer(head="right@wexcombepark.example").is_readdressed(kept)
    assert not a_writer(head="not an address").is_readdressed(kept)
    assert not a_writer(dsl="dsl@wexcombepark.example").is_readdressed(kept)


# The guidance


def test_the_guidance_speaks_of_every_category_and_is_dated() -> None:
    assert {category.value for category in Category} <= GUIDANCE.categories.keys()
    assert GUIDANCE.checked_on.year >= 2026
    assert "not legal advice" in GUIDANCE.notice


def test_every_mail_forbids_to_reply() -> None:
    for category in Category:
        assert "Do not reply to the post" in flat(mail(a_case(category)))


def test_no_guidance_calls_anything_libel_or_shouts() -> None:
    words = " ".join(
        line for steps in GUIDANCE.categories.values() for line in (steps.name, steps.because)
    )
    assert "libel" not in words
    assert not re.search(r"\b[A-Z]{5,}\b", words)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[categories.threat]", "[categories.thraet]"), r"for: threat"),
        (('contacts = ["police", "posh"]', 'contacts = ["polcie"]'), r"for: polcie"),
        (("checked_on = 2026-11-20", "checked_on = soon"), "not valid TOML"),
        (("checked_on = 2026-11-20", "checked_on = 1.5"), "checked_on"),
    ],
)
def test_a_mistake_in_a_schools_own_guidance_is_named(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    file = tmp_path / "guidance.toml"
    file.write_text(OURS.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(BadGuidance, match=sentence):
        load_guidance(file)


def test_guidance_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadGuidance, match="cannot be read"):
        load_guidance(tmp_path / "absent.toml")


def test_a_mail_says_where_the_site_itself_takes_reports() -> None:
    case = a_case(Category.IMPERSONATION, url="https://www.instagram.com/wexcombe_parkk")
    text = text_of(mail(case))
    assert "Where the site takes reports\n  - Instagram. In the app:" in text
    assert "\n    https://help.instagram.com/contact/636276399721841\n" in text
    assert "takes reports" not in text_of(mail(a_case(Category.IMPERSONATION)))
