"""SPF, DKIM and DMARC in plain words; the name server is a real one on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alerts.mail_domain import Advice, advise
from sources.names import Dns
from tests.name_server import NameServer

DOMAIN = "wexcombepark.example"
ALLOWED = "wexcombepark.example says who may send for it (SPF)."
MICROSOFT, GOOGLE, OTHER = "smtp.office365.com", "smtp.gmail.com", "mail.provider.example"


@pytest.fixture(scope="module")
def running() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


@pytest.fixture
def server(running: NameServer) -> NameServer:
    running.table.clear()
    running.broken.clear()
    return running


def write(server: NameServer, records: dict[str, str]) -> None:
    for name, text in records.items():
        server.table[name] = {"TXT": " ".join(f'"{part}"' for part in [text])}


def advice(server: NameServer, host: str = MICROSOFT, domain: str = DOMAIN) -> list[Advice]:
    return list(advise(domain, host, Dns(server.address).texts))


GOOD = {
    DOMAIN: "v=spf1 include:spf.protection.outlook.com -all",
    "spf.protection.outlook.com": "v=spf1 ip4:192.0.2.0/24 -all",
    f"selector1._domainkey.{DOMAIN}": "v=DKIM1; k=rsa; p=MIGfMA0",
    f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject; rua=mailto:x@wexcombepark.example",
}


def test_a_domain_in_order_is_said_in_three_sentences(server: NameServer) -> None:
    write(server, GOOD)
    assert [(a.ok, a.sentence) for a in advice(server)] == [
        (True, "wexcombepark.example says who may send for it (SPF)."),
        (True, "Mails from wexcombepark.example can be signed (DKIM)."),
        (
            True,
            "wexcombepark.example asks others to refuse mails forged in its name (DMARC).",
        ),
    ]


def test_a_domain_without_anything_says_what_to_add_word_for_word(server: NameServer) -> None:
    server.table[DOMAIN] = {"A": "192.0.2.1"}
    spf, dkim, dmarc = advice(server)
    assert not spf.ok
    assert (
        "add one TXT record at wexcombepark.example: v=spf1 include:spf.protection.outlook.com "
        "-all" in spf.sentence
    )
    assert "turn it on in the Microsoft Defender portal" in dkim.sentence
    assert "add a TXT record at _dmarc.wexcombepark.example: v=DMARC1; p=none" in dmarc.sentence


def test_an_unsigned_domain_whose_spf_forgot_the_provider_will_lose_mails(
    server: NameServer,
) -> None:
    write(server, {DOMAIN: "v=spf1 mx -all"})
    spf = advice(server, GOOGLE)[0]
    assert not spf.ok
    assert "does not allow Google to send for it" in spf.sentence
    assert "add include:_spf.google.com to it" in spf.sentence


def test_what_is_signed_passes_even_where_spf_forgot_the_provider(server: NameServer) -> None:
    write(server, {DOMAIN: "v=spf1 mx -all", f"google._domainkey.{DOMAIN}": "k=rsa; p=MIG"})
    assert [a.ok for a in advice(server, GOOGLE)] == [True, True, True]


def test_a_provider_that_another_record_includes_is_found(server: NameServer) -> None:
    write(
        server,
        {
            DOMAIN: "v=spf1 include:trust.example ~all",
            "trust.example": "v=spf1 redirect=all.trust.example",
            "all.trust.example": "v=spf1 include:_spf.google.com -all",
            "_spf.google.com": "v=spf1 ip4:192.0.2.0/24 -all",
        },
    )
    assert (
        advice(server, GOOGLE)[0].sentence
        == "wexcombepark.example says who may send for it (SPF)."
    )


def test_two_records_count_as_none(server: NameServer) -> None:
    texts = {DOMAIN: ("v=spf1 mx -all", "v=spf1 a -all")}
    found = list(advise(DOMAIN, OTHER, lambda name: texts.get(name, ())))
    assert (found[0].ok, "2 SPF records" in found[0].sentence) == (False, True)


def test_more_than_ten_questions_count_as_none(server: NameServer) -> None:
    write(server, {DOMAIN: "v=spf1 " + " ".join(f"include:s{n}.example" for n in range(11))})
    spf = advice(server, OTHER)[0]
    assert (spf.ok, "more than ten" in spf.sentence) == (False, True)


def test_records_that_include_each_other_come_to_an_end(server: NameServer) -> None:
    write(
        server, {DOMAIN: "v=spf1 include:a.example -all", "a.example": f"v=spf1 include:{DOMAIN}"}
    )
    assert advice(server, OTHER)[0].ok


def test_a_record_that_allows_the_whole_world_is_said(server: NameServer) -> None:
    write(server, {DOMAIN: "v=spf1 +all"})
    assert "allows the whole world" in advice(server, OTHER)[0].sentence


def test_a_key_that_was_withdrawn_is_none(server: NameServer) -> None:
    write(server, GOOD | {f"selector1._domainkey.{DOMAIN}": "v=DKIM1; p="})
    assert "are not signed" in advice(server)[1].sentence


def test_a_name_server_that_does_not_say_is_no_proof_that_mails_are_unsigned() -> None:
    """A time-out is None; a name without records is an empty answer."""
    texts = {DOMAIN: ("v=spf1 mx -all",), f"selector2._domainkey.{DOMAIN}": ()}
    spf, dkim, dmarc = advise(DOMAIN, MICROSOFT, texts.get)
    assert spf.ok, "they may be signed, and then they pass"
    assert dkim.sentence == (
        "Whether mails from wexcombepark.example are signed (DKIM) could not be asked just now; "
        "run this again later."
    )
    assert "(DMARC) could not be asked just now" in dmarc.sentence


def test_a_key_that_was_found_counts_whatever_else_could_not_be_asked() -> None:
    texts = {DOMAIN: ("v=spf1 mx -all",), f"selector2._domainkey.{DOMAIN}": ("p=MIG",)}
    assert "can be signed" in list(advise(DOMAIN, MICROSOFT, texts.get))[1].sentence


def test_of_a_provider_that_nobody_knows_nothing_is_claimed(server: NameServer) -> None:
    write(server, {DOMAIN: "v=spf1 mx -all"})
    spf, dkim, _ = advice(server, OTHER)
    assert spf.ok
    assert "cannot be seen from outside" in dkim.sentence


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("none", "watches for mails forged"),
        ("quarantine", "take mails forged in its name as junk"),
        ("reject", "refuse mails forged in its name"),
        ("nonsense", "watches for mails forged"),
    ],
)
def test_each_policy_has_its_words(server: NameServer, policy: str, words: str) -> None:
    write(server, GOOD | {f"_dmarc.{DOMAIN}": f"v=DMARC1;p={policy}"})
    assert words in advice(server)[2].sentence


def test_the_nearest_record_above_counts(server: NameServer) -> None:
    write(
        server,
        {"mail.wexcombepark.example": "v=spf1 mx -all", f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject"},
    )
    dmarc = advice(server, OTHER, "mail.wexcombepark.example")[2]
    assert dmarc.sentence.startswith("wexcombepark.example asks others to refuse")


def test_a_name_server_that_is_silent_or_broken_is_no_verdict(server: NameServer) -> None:
    server.broken.add(DOMAIN)
    (only,) = advice(server)
    assert (only.ok, "could not be asked" in only.sentence) == (True, True)


def test_a_long_record_in_several_pieces_is_read_as_one(server: NameServer) -> None:
    server.table[DOMAIN] = {"TXT": '"v=spf1 include:spf.protec" "tion.outlook.com -all"'}
    server.table["spf.protection.outlook.com"] = {"TXT": '"v=spf1 -all"'}
    assert advice(server)[0].sentence == ALLOWED
