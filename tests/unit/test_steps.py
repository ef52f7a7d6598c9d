"""The steps after an incident, in the order of a school's policy."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans, datetimes, integers, just

from alerts.guidance import BadGuidance
from alerts.playbook import OURS, PLACES, WRITERS, Clock, Stage, fill_in, load_playbook
from alerts.steps import Step, Writer, run_out, runs_out, sent_by, steps
from monitor.domain import Category, Severity
from monitor.terms import Terms

BOOK = load_playbook()
UK = ZoneInfo("Europe/London")
FORUM = "https://forum.example/thread/7"


def found(
    *categories: Category,
    url: str = FORUM,
    severity: Severity = Severity.HIGH,
    child_safety: bool = False,
    about_head: bool = False,
    writer: Writer = Writer.UNKNOWN,
) -> tuple[Step, ...]:
    return steps(
        BOOK,
        categories=frozenset(categories),
        severity=severity,
        url=url,
        child_safety=child_safety,
        about_head=about_head,
        writer=writer,
    )


def titles(*categories: Category, **more: object) -> str:
    return "\n".join(step.title for step in found(*categories, **more))  # type: ignore[arg-type]


def every_case() -> list[tuple[Step, ...]]:
    """All pairs of categories, with and without what else changes the steps."""
    kinds = [(), *((c,) for c in Category), *combinations(Category, 2)]
    return [
        found(*kind, child_safety=child, about_head=head, url=url, writer=writer)
        for kind in kinds
        for child in (False, True)
        for head in (False, True)
        for url in (FORUM, "https://www.instagram.com/p/x")
        for writer in (Writer.UNKNOWN, Writer.PUPIL, Writer.PARENT)
    ]


def test_the_policys_order_is_kept_in_every_case() -> None:
    order = list(Stage)
    for case in every_case():
        stages = [order.index(step.stage) for step in case]
        assert stages == sorted(stages)


def test_every_case_begins_with_danger_or_evidence_and_tells_somebody() -> None:
    for case in every_case():
        assert case[0].stage in (Stage.AT_ONCE, Stage.PRESERVE)
        assert Stage.PRESERVE in {step.stage for step in case}


def test_every_category_tells_somebody_within_the_school() -> None:
    for category in Category:
        assert Stage.REPORT in {step.stage for step in found(category)}


def test_defamation_is_looked_into_before_anybody_is_asked_and_goes_to_no_police() -> None:
    stages = list(dict.fromkeys(step.stage for step in found(Category.DEFAMATION)))
    assert stages == [
        Stage.PRESERVE,
        Stage.REPORT,
        Stage.INVESTIGATE,
        Stage.CONTACT,
        Stage.PLATFORM,
    ]


def test_a_threat_ends_with_the_police_and_the_writer_is_never_written_to() -> None:
    said = titles(Category.THREAT)
    assert said.splitlines()[0] == "If anyone may be in danger, ring 999"
    assert said.splitlines()[-1] == "Report a credible threat to the police, on 101"
    assert "Ask the writer" not in titles(Category.THREAT, Category.ABUSE)


def test_where_a_picture_may_be_indecent_nobody_is_told_to_keep_it_or_to_look_again() -> None:
    for url in (FORUM, "https://www.facebook.com/x", "https://www.mumsnet.com/talk/1"):
        case = found(Category.SEXUAL, Category.ABUSE, url=url, child_safety=True)
        said = " ".join(f"{step.title} {step.text}" for step in case)
        assert "Keep the address and the words, and no picture" in said
        assert "three dots" not in said
        assert "copy the page" not in said
        assert not [step for step in case if step.stage is Stage.CONTACT]
    assert "Keep the address and the words, and no picture" in titles()


def test_a_concern_about_the_head_is_never_handed_to_the_head() -> None:
    for category in Category:
        said = titles(category, about_head=True)
        assert "Tell the head" not in said
        assert "The chair of governors takes charge, and the head does not" in said


def test_an_allegation_is_looked_into_and_not_reported_away() -> None:
    url = "https://www.facebook.com/groups/1"
    assert [s.platform for s in found(Category.DEFAMATION, url=url) if s.platform] == ["Facebook"]
    for case in (
        found(Category.DEFAMATION, url=url, about_head=True),
        found(Category.DEFAMATION, url=url, child_safety=True),
    ):
        assert not [s for s in case if s.platform]


def test_a_teacher_accused_by_a_pupil_is_not_to_be_named() -> None:
    (step,) = [s for s in found(Category.DEFAMATION) if "141F" in s.text]
    assert step.stage is Stage.REPORT
    assert [s for s in found(Category.THREAT, child_safety=True) if "141F" in s.text]


def test_a_child_at_risk_is_questioned_by_nobody_and_no_letter_is_drafted_to_the_writer() -> None:
    case = found(Category.ABUSE, child_safety=True, writer=Writer.PARENT)
    assert "Question nobody before the safeguarding lead has decided" in {s.title for s in case}
    assert not {s.draft for s in case} & {"takedown", "invitation"}


@pytest.mark.parametrize(
    ("writer", "title"),
    [
        (Writer.PUPIL, "A pupil wrote it: follow your behaviour policy"),
        (Writer.STAFF, "A member of staff wrote it: follow your conduct policy"),
        (Writer.PARENT, "A parent wrote it: invite them to talk"),
    ],
)
def test_who_wrote_it_changes_what_the_school_does_itself(writer: Writer, title: str) -> None:
    assert title in titles(Category.ABUSE, writer=writer)
    assert title not in titles(Category.ABUSE)


def test_a_notice_under_the_defamation_act_is_for_a_writer_whom_nobody_knows() -> None:
    (step,) = [s for s in found(Category.DEFAMATION) if s.draft == "section_5"]
    assert step.clock is not None
    assert (step.clock.hours, step.clock.working) == (48, True)
    for writer in set(Writer) - {Writer.UNKNOWN}:
        known = found(Category.DEFAMATION, writer=writer)
        assert not [s for s in known if s.draft == "section_5"]


@pytest.mark.parametrize(
    ("url", "platform", "form"),
    [
        ("https://www.instagram.com/p/x/", "Instagram", "/contact/636276399721841"),
        ("https://m.facebook.com/groups/1/posts/2", "Facebook", "/contact/295309487309948"),
        ("https://x.com/a/status/1", "X", "/forms/impersonation"),
        ("https://www.google.com/maps/place/x", "Google Maps", "/answer/4596773"),
        ("https://www.mumsnet.com/talk/1", "Mumsnet", ""),
    ],
)
def test_each_platform_has_its_own_form(url: str, platform: str, form: str) -> None:
    (step,) = [s for s in found(Category.IMPERSONATION, url=url) if s.platform]
    assert (step.title, step.stage) == (f"Report it to {platform}", Stage.PLATFORM)
    assert step.url.endswith(form)
    assert bool(step.url) == bool(form)


@pytest.mark.parametrize(
    "url",
    [
        "https://notinstagram.com/",
        "https://instagram.com.evil.example/",
        "https://www.google.com/x",
    ],
)
def test_a_site_that_only_sounds_like_a_platform_is_none(url: str) -> None:
    assert BOOK.platform(url) is None
    assert "Ask whoever runs the site" in titles(Category.ABUSE, url=url)


def test_the_form_is_that_of_the_gravest_category() -> None:
    both = found(Category.DEFAMATION, Category.IMPERSONATION, url="https://instagram.com/x")
    (step,) = [s for s in both if s.platform]
    assert step.url.endswith("/653100351788502")


@pytest.mark.parametrize("url", ["", "nonsense", "https://[", "http://", "javascript:alert(1)"])
def test_an_address_that_is_none_harms_nothing(url: str) -> None:
    assert found(Category.ABUSE, url=url)


def test_what_is_hardly_serious_is_no_matter_for_the_police() -> None:
    low = found(Category.THREAT, severity=Severity.LOW)
    assert Stage.POLICE not in {step.stage for step in low}


# The data


def test_every_step_is_dated_and_leads_only_to_safe_pages() -> None:
    for case in every_case():
        for step in case:
            assert step.checked_on >= date(2026, 11, 1)
            assert step.url == "" or step.url.startswith("https://")


def test_every_step_of_ours_is_shown_in_some_case() -> None:
    shown = {step.title for case in every_case() for step in case}
    shown |= {s.title for s in found(Category.ABUSE, writer=Writer.STAFF)}
    assert {rule.title for rule in BOOK.steps} <= shown


def test_every_draft_and_every_clock_is_used_by_a_step() -> None:
    assert {rule.draft for rule in BOOK.steps} - {""} == set(BOOK.drafts)
    assert {rule.clock for rule in BOOK.steps} - {""} == set(BOOK.clocks)


def test_the_kinds_of_writer_are_those_of_the_data() -> None:
    assert {w.value for w in Writer} - {"unknown"} == set(WRITERS)


def test_the_notice_holds_what_the_law_wants_in_it() -> None:
    """Defamation Act 2013 s.5(6); SI 2013/3028 reg. 2."""
    text = " ".join(BOOK.drafts["section_5"].text.split())
    for part in (
        "My name is",
        "reach me by e-mail",
        "The statement that I complain of",
        "It was posted on your website at",
        "It is defamatory of me because",
        "I take it to mean",
        "factually inaccurate, or are opinions not supported by fact",
        "do not have sufficient information about the person who posted it to bring proceedings",
        "consent / do not consent] to your giving my name",
        "consent / do not consent] to your giving my e-mail address",
    ):
        assert part in text


def test_a_draft_is_filled_in_once_and_what_is_put_in_is_not_read_again() -> None:
    draft = BOOK.drafts["host"]
    facts = {"school": "Wexcombe {address}", "address": "https://x.example/{incident}"}
    text = fill_in(draft, facts)
    assert "We write for Wexcombe {address}." in text
    assert "https://x.example/{incident}" in text
    assert "Our reference: [incident]" in text


@pytest.mark.parametrize("name", sorted(BOOK.drafts))
def test_a_draft_names_what_a_person_must_fill_in(name: str) -> None:
    text = fill_in(BOOK.drafts[name], dict.fromkeys(PLACES, "known"))
    assert "{" not in text
    assert "[" in text


# Clocks

SECTION_5 = BOOK.clocks["section_5"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23 10:00", "2026-11-25 10:00"),  # Monday to Wednesday
        ("2026-11-26 10:00", "2026-11-30 10:00"),  # Thursday, over a weekend
        ("2026-11-28 12:00", "2026-12-02 00:00"),  # received on a Saturday
        ("2026-12-24 15:00", "2026-12-30 15:00"),  # Christmas, a weekend, and Boxing Day's Monday
        ("2027-03-25 09:00", "2027-03-31 09:00"),  # Good Friday and Easter Monday
    ],
)
def test_the_48_hours_stand_still_at_weekends_and_on_bank_holidays(start: str, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UK)
    assert runs_out(SECTION_5, begun) == datetime.fromisoformat(end).replace(tzinfo=UK)


@pytest.mark.parametrize(
    ("arrived", "until"),
    [
        ("2026-11-04 10:00", "2026-12-05 00:00"),  # Friday 4 December is its last day
        ("2026-01-31 10:00", "2026-03-03 00:00"),  # 28 February is a Saturday
        (
            "2026-11-26 23:00",
            "2026-12-30 00:00",
        ),  # the 26th is a Saturday, then Boxing Day
    ],
)
def test_a_request_about_oneself_has_a_calendar_month(arrived: str, until: str) -> None:
    start = datetime.fromisoformat(arrived).replace(tzinfo=UK)
    found = runs_out(BOOK.clocks["subject_access"], start)
    assert found == datetime.fromisoformat(until).replace(tzinfo=UK)


def test_a_request_for_information_has_twenty_school_days_and_sixty_working_days_at_most() -> None:
    clock, monday = BOOK.clocks["freedom_of_information"], datetime(2026, 11, 2, 9, tzinfo=UK)
    assert runs_out(clock, monday) == datetime(2026, 12, 1, 0, 0, tzinfo=UK)
    inset = Terms(inset=frozenset({date(2026, 11, 9)}))
    assert runs_out(clock, monday, inset) == datetime(2026, 12, 2, 0, 0, tzinfo=UK)
    summer = datetime(2026, 7, 17, 9, tzinfo=UK)
    assert runs_out(clock, summer).date() <= date(2026, 10, 10), "sixty working days at most"


@pytest.mark.parametrize("name", ["subject_access", "freedom_of_information"])
@given(now=datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=just(UTC)))
@settings(max_examples=20)
def test_what_arrived_by_then_should_have_been_answered(name: str, now: datetime) -> None:
    clock, day = BOOK.clocks[name], timedelta(days=1)
    last = sent_by(clock, now)
    assert runs_out(clock, last) <= now
    assert runs_out(clock, last + day) > now


@pytest.mark.parametrize("wrong", ["hours = 1\nmonths = 1", "", "school_days = 20"])
def test_a_clock_counts_one_thing(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"clock counts either|go together"):
        Clock.model_validate({**tomllib.loads(wrong), "starts": "", "ends": ""})


@given(
    now=datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=just(UTC)),
    hours=integers(min_value=1, max_value=400),
    working=booleans(),
)
def test_what_was_sent_by_then_has_run_out_and_what_was_sent_later_has_not(
    now: datetime, hours: int, working: bool
) -> None:
    clock, moment = (
        Clock(hours=hours, working=working, starts="", ends=""),
        now.replace(tzinfo=UTC),
    )
    last = sent_by(clock, moment)
    hour = timedelta(hours=1)  # the clocks of the people change by as much, twice a year
    assert runs_out(clock, last - hour) <= now
    assert runs_out(clock, last + 2 * hour) > now


def test_each_step_with_a_clock_has_a_day_by_which_it_must_have_been_sent() -> None:
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    late = dict(run_out(BOOK, friday))
    assert len(late) == len([rule for rule in BOOK.steps if rule.clock])
    assert friday - timedelta(hours=48) in late.values(), "a notice that was sent on Wednesday"


def test_other_clocks_count_every_hour_even_when_the_clocks_change() -> None:
    saturday = datetime(2026, 10, 24, 12, tzinfo=UK)  # the night has 25 hours
    clock = Clock(hours=24, working=False, starts="", ends="")
    assert runs_out(clock, saturday) == datetime(2026, 10, 25, 11, tzinfo=UK)


# A school's own


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('draft = "takedown"', 'draft = "take_down"', r"no \[drafts.…\] for: take_down"),
        ('clock = "breach"', 'clock = "breech"', r"no \[clocks.…\] for: breech"),
        ('when = ["about_head"]', 'when = ["abuot_head"]', "abuot_head in the step"),
        ("{address}", "{adress}", "knows no {adress}"),
        ('url = "https://lookup', 'url = "javascript:lookup', "steps"),
        ("hours = 72", "hours = 0", "clocks.breach: .*counts either"),
        ("impersonation = ", "impostor = ", "no category: impostor"),
        ("checked_on = 2026-11-26", "checked_on = soon", "not valid TOML"),
    ],
)
def test_a_mistake_in_a_schools_own_copy_is_named(
    tmp_path: Path, before: str, after: str, sentence: str
) -> None:
    text = OURS.read_text("utf-8")
    assert before in text
    own = tmp_path / "steps.toml"
    own.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BadGuidance, match=sentence):
        load_playbook(own)


def test_a_school_may_change_all_of_it(tmp_path: Path) -> None:
    own = tmp_path / "steps.toml"
    own.write_text(
        'checked_on = 2026-12-01\napplies_in = "Scotland"\nnotice = ""\n'
        '[[steps]]\nstage = "report"\ntitle = "Ring the office"\ntext = ""\nwhen = ["any"]\n',
        "utf-8",
    )
    case = steps(
        load_playbook(own),
        categories=frozenset({Category.ABUSE}),
        severity=Severity.HIGH,
        url=FORUM,
    )
    assert [(s.title, s.checked_on) for s in case] == [("Ring the office", date(2026, 12, 1))]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadGuidance, match="cannot be read"):
        load_playbook(tmp_path / "absent.toml")


def test_our_own_file_says_what_it_is() -> None:
    head = tomllib.loads(OURS.read_text("utf-8"))
    assert head["applies_in"] == "England and Wales"
    assert head["notice"] == "Guidance, not legal advice."
