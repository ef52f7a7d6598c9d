"""A token is believed only when it proves what it must; openssl agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from alerts.evidence.timestamp import Untrusted, ask, believe, problem, trusted_roots
from tests.timestamp_authority import Authority, openssl

MANIFEST = b'{"capture":"ev-1"}'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def roots(authority: Authority) -> tuple[x509.Certificate, ...]:
    return trusted_roots(authority.root)


@pytest.fixture(scope="module")
def stamped(authority: Authority, roots: tuple[x509.Certificate, ...]) -> bytes:
    question = ask(MANIFEST)
    return believe(authority.stamp(question.as_bytes()), question, MANIFEST, roots).token


def test_a_true_token_is_believed_and_openssl_agrees(
    authority: Authority, roots: tuple[x509.Certificate, ...], tmp_path: Path
) -> None:
    question = ask(MANIFEST)
    token = believe(authority.stamp(question.as_bytes()), question, MANIFEST, roots)
    assert problem(token.token, token.root, MANIFEST) is None
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    (tmp_path / "token.tsr").write_bytes(token.token)
    (tmp_path / "root.pem").write_text(token.root)
    done = openssl(
        "ts", "-verify", "-data", tmp_path / "manifest.json", "-in", tmp_path / "token.tsr",
        "-CAfile", tmp_path / "root.pem",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"Verification: OK" in done.stdout


def test_only_the_hash_leaves_the_school(authority: Authority) -> None:
    question = ask(b"the words of somebody" * 50).as_bytes()
    assert b"words" not in question
    assert len(question) < 100


def test_whatever_is_flipped_in_a_token_it_is_refused_or_proves_the_same(
    stamped: bytes, authority: Authority
) -> None:
    """What is signed by nobody (a version, the wording of a name) may be flipped and prove the
    same; the custody log knows the token's own hash, so `monitor verify` names that, too."""
    root = authority.root.read_text()
    passed = 0
    for place in range(len(stamped)):
        changed = bytearray(stamped)
        changed[place] ^= 0x01
        passed += problem(bytes(changed), root, MANIFEST) is None
    assert problem(stamped, root, MANIFEST) is None
    assert passed < len(stamped) // 50


def test_a_token_for_something_else_is_not_believed(
    authority: Authority, roots: tuple[x509.Certificate, ...]
) -> None:
    question = ask(b"something else")
    with pytest.raises(Untrusted, match="Mismatch"):
        believe(authority.stamp(question.as_bytes()), question, MANIFEST, roots)


def test_an_old_answer_is_not_believed(
    authority: Authority, roots: tuple[x509.Certificate, ...]
) -> None:
    answer = authority.stamp(ask(MANIFEST).as_bytes())
    with pytest.raises(Untrusted, match="Nonce"):
        believe(answer, ask(MANIFEST), MANIFEST, roots)


def test_an_authority_that_nobody_knows_is_not_believed(authority: Authority) -> None:
    question = ask(MANIFEST)
    with pytest.raises(Untrusted, match="does not lead to an authority that we trust"):
        believe(authority.stamp(question.as_bytes()), question, MANIFEST, trusted_roots())


def test_another_authority_of_the_same_name_is_not_believed(
    authority: Authority, tmp_path: Path
) -> None:
    twin = Authority(tmp_path / "twin", name=authority.name)
    question = ask(MANIFEST)
    with pytest.raises(Untrusted):
        believe(authority.stamp(question.as_bytes()), question, MANIFEST, trusted_roots(twin.root))


@pytest.mark.parametrize("answer", [b"", b"<html>Sign in</html>", b"0" * 5000])
def test_what_is_no_token_is_said_to_be_none(
    roots: tuple[x509.Certificate, ...], answer: bytes
) -> None:
    with pytest.raises(Untrusted, match="not a time stamp"):
        believe(answer, ask(MANIFEST), MANIFEST, roots)


def test_an_answer_in_the_right_form_that_holds_no_token_is_not_believed(
    roots: tuple[x509.Certificate, ...],
) -> None:
    granted_and_nothing_more = bytes.fromhex("30053003020100")
    with pytest.raises(Untrusted, match="cannot be read"):
        believe(granted_and_nothing_more, ask(MANIFEST), MANIFEST, roots)


def test_the_roots_are_those_that_browsers_trust() -> None:
    assert len(trusted_roots()) > 50
