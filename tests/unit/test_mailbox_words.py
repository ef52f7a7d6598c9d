"""Whose mail is believed, where a link leads, which words are whose: without a server."""

from __future__ import annotations

import pytest

from monitor.incidents import story
from nlp.assess import Assessor
from sources.mailbox_alert import alerts
from sources.mailbox_letter import Header, Letter
from sources.mailbox_plan import fetched, parts
from sources.mailbox_report import halves, report
from sources.mailbox_senders import is_by_a_program, is_true, sender
from sources.testing import SCHOOL
from sources.wrapped_links import links_behind, links_in, unfolded

OURS = "office@wexcombepark.example"


def header(**lines: str) -> Header:
    raw = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in lines.items())
    return Header.read(raw.encode())


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (OURS, OURS),
        (f"Ann <{OURS}>", OURS),
        (f'"Office, Ann" <{OURS.upper()}>', OURS),
        (f"=?utf-8?q?Ann_O=27Office?= <{OURS}>", OURS),
        (f"{OURS} <evil@other.example>", "evil@other.example"),
        (f"<{OURS}> <evil@other.example>", ""),
        (f"{OURS}, evil@other.example", ""),
        (f"evil@other.example({OURS})", ""),
        (f"<{OURS}", ""),
        ("Ann", ""),
        ("a" * 70_000 + "@", ""),
    ],
)
def test_there_is_one_sender_or_none(line: str, address: str) -> None:
    assert sender(header(From=line)) == address


def test_two_lines_of_from_are_no_sender() -> None:
    assert sender(Header.read(f"From: {OURS}\nFrom: x@other.example\n".encode())) == ""


@pytest.mark.parametrize(
    ("line", "true"),
    [
        ("mx.example; dmarc=pass (p=none) header.from=wexcombepark.example", True),
        ("mx.example; dkim=pass header.i=@mail.wexcombepark.example", True),
        ("mx.example; spf=pass smtp.mailfrom=bounce@wexcombepark.example; dkim=fail", True),
        (
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=wexcombepark.example; dkim=none "
            "(message not signed) header.d=none;dmarc=none action=none header.from=x",
            True,
        ),
        ("mx.example; dkim=pass header.d=other.example; spf=pass smtp.mailfrom=x.example", False),
        ("mx.example; dkim=pass header.d=evilwexcombepark.example", False),
        ("mx.example; dkim=pass header.d=example", False),
        ("mx.example; dmarc=fail header.from=wexcombepark.example", False),
        ("mx.example; none", False),
        (
            'mx.example; spf=pass smtp.mailfrom="x; dkim=pass header.d=wexcombepark.example"'
            "@evil.example",
            False,
        ),
        (
            "mx.example; spf=fail (evil.example; dkim=pass header.d=wexcombepark.example) "
            "smtp.mailfrom=evil.example",
            False,
        ),
    ],
)
def test_our_own_server_says_whether_the_sender_is_true(line: str, true: bool) -> None:
    given = header(From=OURS, Authentication_Results=line)
    assert is_true(given, OURS, host="imap.example", checked_by="") is true


def test_only_the_topmost_word_counts_for_the_sender_may_have_written_the_others() -> None:
    raw = (
        "Authentication-Results: mx.ours.example; dmarc=fail header.from=wexcombepark.example\n"
        "Authentication-Results: mx.ours.example; dmarc=pass header.from=wexcombepark.example\n"
    )
    assert not is_true(Header.read(raw.encode()), OURS, host="imap.example", checked_by="")


def test_with_a_named_checker_a_mail_without_its_word_is_not_believed() -> None:
    good = "dmarc=pass header.from=wexcombepark.example"
    theirs = header(From=OURS, Authentication_Results=f"mx.evil.example; {good}")
    ours = header(From=OURS, Authentication_Results=f"mx.ours.example 1; {good}")
    checked = {"host": "imap.example", "checked_by": "mx.ours.example"}
    assert not is_true(header(From=OURS), OURS, **checked)
    assert not is_true(theirs, OURS, **checked)
    assert is_true(ours, OURS, **checked)


def test_a_colleague_s_mail_within_microsoft_365_is_believed_there_and_nowhere_else() -> None:
    inside = header(
        X_MS_Exchange_Organization_AuthAs="Internal",
        Authentication_Results="dkim=none header.d=none;dmarc=none header.from=x",
    )
    assert is_true(inside, OURS, host="outlook.office365.com", checked_by="")
    assert not is_true(inside, OURS, host="imap.example", checked_by="")


PAGE = "https://forum.example/t/7?a=1"


@pytest.mark.parametrize(
    "link",
    [
        PAGE,
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fforum.example%2Ft%2F7"
        "%3Fa%3D1&data=05%7C01&reserved=0",
        "https://www.google.com/url?q=https://forum.example/t/7?a=1&sa=D&usg=AO",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fforum.example%2Ft%2F7%3Fa%3D1&h=AT0",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__forum.example_t_7-3Fa-3D1&d=DwM",
        "https://urldefense.com/v3/__https://forum.example/t/7*a=1__;Pw!!abc$",
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fforum.example%2ft%2f7%3fa%3d1&c=E",
        "https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fforum.example%2Ft%2F7%3Fa%3D1",
    ],
)
def test_a_wrapped_link_leads_to_the_page_itself(link: str) -> None:
    assert unfolded(link) == PAGE


@pytest.mark.parametrize(
    "link",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=javascript:alert(1)",
        "https://eur01.safelinks.protection.outlook.com.evil.example/?url=https://x.example",
        "https://www.youtube.com/watch?v=abc&q=https://x.example",
        "https://urldefense.com/v3/__",
        "https://[broken",
    ],
)
def test_what_is_no_wrapper_stays_as_it_is(link: str) -> None:
    assert unfolded(link) == link


def test_a_wrapper_round_itself_comes_to_an_end() -> None:
    link = "https://x.example/"
    for _ in range(40):
        link = f"https://l.facebook.com/l.php?u={link}"
    assert unfolded(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://urldefense.com" + "/v3/__" * 40_000,
        "https://l.facebook.com/l.php?u=https://x.example/" + "a" * 4000,
    ],
)
def test_a_link_of_noise_is_survived_and_stays_as_it_is(link: str) -> None:
    assert unfolded(link) == link


def test_links_that_are_longer_than_any_page_s_are_left_in_the_words() -> None:
    long = "https://a.example/" + ")" * 250_000
    good = "https://b.example/x"
    assert [*links_in(f"{long} " + f"https://c.example/{'x' * 4000} " * 210 + good)] == [good]
    html = f"<a href='{long}'>a</a>" + f"<a href='mailto:{'x' * 4000}'>" * 210
    assert [*links_behind(f"{html}<a href='{good}'>b</a>")] == [good]


def test_links_are_found_in_words_and_behind_them() -> None:
    text = "See https://a.example/x. Also (https://b.example/(y)), <https://c.example/z>!"
    assert [*links_in(text)] == [
        *("https://a.example/x", "https://b.example/(y)", "https://c.example/z")
    ]
    html = (
        '<a class="x" href="https://d.example/?a=1&amp;b=2">d</a><img src="https://e.example/p">'
        "<a href='mailto:x@y.example'>m</a><a href=javascript:alert(1)>j</a>"
    )
    assert [*links_behind(html)] == ["https://d.example/?a=1&b=2"]


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------\nFrom: Pat <pat@home.example>\nTo: x",
        "-----Original Message-----\nFrom: Pat\nSent: 19 November 2026 20:00\nTo: x",
        "________________________________\nFrom: Pat\nSent: today\nTo: x",
        "From: Pat\nSent: today\nTo: x\nSubject: look",
        "Begin forwarded message:\n\n> From: Pat\n> To: x",
    ],
)
def test_the_sender_s_words_and_the_forwarded_ones_are_told_apart(marker: str) -> None:
    above, below = halves(f"This came last night.\n\n{marker}\n\nYou will be sorry\n")
    assert above == "This came last night."
    assert below == "You will be sorry", "nor whose addresses stood above it"


FORWARD = "Look\n---------- Forwarded message ---------\n"


@pytest.mark.parametrize(
    "line", ["-" * 200_000 + "x", "_" * 200_000 + "x", "> " * 100_000, "-- " * 70_000]
)
def test_a_long_line_of_noise_below_a_forward_is_survived(line: str) -> None:
    assert halves(f"{FORWARD}{line}\nhello")[1].endswith("hello")


@pytest.mark.parametrize(
    "folded",
    [
        "To: Pat <p1@home.example>, Sam <p2@home.example>,\nKim <p3@home.example>, Jo\n"
        "<p4@home.example>",
        "Cc: Pat Long\nName <p1@home.example>\n, Sam <p2@home.example>",
        "*To:* Pat [mailto:p1@home.example];\np2@home.example",
        "To: Pat <\np1@home.example>",
    ],
)
def test_nobody_s_address_stays_of_a_line_that_is_folded(folded: str) -> None:
    text = f"{FORWARD}From: Ann <a@home.example>\nSubject: hi\n{folded}\n\nYou will be sorry"
    assert halves(text)[1] == "You will be sorry"


def test_the_words_right_below_an_address_line_are_kept() -> None:
    for words in ("You will be sorry", "Ask Pat <p@home.example> what we do to him"):
        text = f"{FORWARD}From: Ann <a@home.example>\nTo: Pat <p@home.example>\n{words}"
        assert halves(text)[1] == words


def picture(number: int, text: str = "", **lines: str) -> str:
    """The words of a report with a picture."""
    above = header(Message_ID=f"<{number}@wexcombepark.example>", Subject="Screenshot", **lines)
    letter = Letter(header=above, plain=text, pictures=1)
    return report("m", letter, OURS, SCHOOL).text


def test_two_mails_never_have_equal_words() -> None:
    date = "Fri, 20 Nov 2026 09:00:05 +0000"
    assert "sent in on 20 November 2026 at 09:00:05" in picture(1, Date=date)
    assert picture(1, Date=date) == picture(1, Date=date)
    assert picture(1, Date=date) != picture(2, Date=date)
    assert story(picture(1)) != story(picture(2)), "nor where their date is missing"
    long = "word " * 60_000
    assert story(picture(1, long)) != story(picture(2, long)), "nor where they are cut"


def test_what_makes_the_words_unequal_is_no_concern_of_its_own() -> None:
    assess = Assessor()
    for number in range(20):
        judged = assess(picture(number, Date="Fri, 20 Nov 2026 09:00:05 +0000"), SCHOOL)
        assert not judged.categories


def test_the_page_behind_a_report_is_never_opened() -> None:
    letter = Letter(header=header(), plain="A parent showed me https://forum.example/t/7")
    found = report("m", letter, OURS, SCHOOL)
    assert found.sensitive
    assert found.url == "https://forum.example/t/7"
    assert found.text.endswith("https://forum.example/t/7")


@pytest.mark.parametrize(
    ("lines", "automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "No (a person)"}, False),
        ({"Auto_Submitted": "auto-generated"}, True),
        ({"Auto_Submitted": "auto-replied; owner-email=x@y.example"}, True),
        ({"Message_ID": "<alert-3b0c6b0e-8f0e-5c35-a1b5-0a4d9f0e7c11@school.example>"}, True),
        ({"Message_ID": "<source-3b0c6b0e-8f0e-5c35-a1b5-0a4d9f0e7c11@school.example>"}, True),
        ({"Message_ID": "<alert-bay@school.example>"}, False),
    ],
)
def test_a_program_s_mail_is_told_from_a_person_s(lines: dict[str, str], automatic: bool) -> None:
    assert is_by_a_program(header(**lines)) is automatic


def test_without_a_forward_all_words_are_the_sender_s() -> None:
    assert halves("From what I hear it is bad.\n-- \nAnn") == ("From what I hear it is bad.", "")


def test_a_plain_alert_is_read_too() -> None:
    text = (
        '=== News - 2 new results for ["Wexcombe Park"] ===\n\nFete rained off\nThe Paper\n'
        "<https://www.google.com/url?rct=j&sa=t&url=https://paper.example/1&ct=ga&usg=x>\n\n"
        "Head retires\n<https://www.google.com/url?rct=j&url=https://paper.example/2&ct=ga>\n\n"
        "- - -\nUnsubscribe: <https://www.google.com/alerts/remove?s=x>\n"
    )
    found = [*alerts("m", Letter(header=header(), plain=text))]
    assert [(m.url, m.text) for m in found] == [
        ("https://paper.example/1", "Fete rained off\nThe Paper"),
        ("https://paper.example/2", "Head retires"),
    ]


@pytest.mark.parametrize(
    "noise",
    ["<a ", "<!--", "<![", "<a href='", "<", "</", "<a href=x", "<script>", "<!-- >", "<a <b>"],
)
def test_an_alert_of_noise_is_survived(noise: str) -> None:
    link = "https://www.google.com/url?url=https://paper.example/1&amp;ct=ga"
    html = f"<a href='{link}'>Head retires</a>" + noise * (250_000 // len(noise))
    (found,) = alerts("m", Letter(header=header(), html=(html,)))
    assert found.url == "https://paper.example/1"


@pytest.mark.parametrize("end", [b"", b"\\"])
def test_a_plan_of_quotation_marks_is_survived(end: bytes) -> None:
    assert [*fetched([b'1 (UID 1 BODYSTRUCTURE ("' + b'\\"' * 500_000 + end])]


@pytest.mark.parametrize(
    "answer",
    [
        [b"1 (UID 1 BODYSTRUCTURE ((((((("],
        [b"1 (UID 1 BODYSTRUCTURE )))((()"],
        [b'1 (UID 1 BODYSTRUCTURE ("text" "plain"))'],
        [b'1 (UID 1 BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" "many" 3))'],
        [b"1 (UID 1 BODYSTRUCTURE (NIL NIL NIL NIL NIL NIL NIL))"],
        [b'1 (UID 1 BODYSTRUCTURE ("message" "rfc822" NIL NIL NIL NIL 3 NIL "x"))'],
        [(b"1 (UID 1 BODYSTRUCTURE {3}", b'(")'), b")"],
        [b"1 (UID 1 BODYSTRUCTURE " + b"(" * 50_000 + b")" * 50_000 + b")"],
        [None, b"", 3],
    ],
)
def test_a_plan_of_noise_is_survived(answer: list[object]) -> None:
    for found in fetched(answer):
        assert len(parts(found.get("BODYSTRUCTURE"))) <= 1
