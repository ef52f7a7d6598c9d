"""Whose mail is believed, where a link leads, which words are whose: without a server."""

from __future__ import annotations

import pytest

from sources.mailbox_alert import alerts
from sources.mailbox_letter import Header, Letter
from sources.mailbox_plan import fetched, parts
from sources.mailbox_report import halves
from sources.mailbox_senders import is_true, sender
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
