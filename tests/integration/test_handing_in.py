"""A screenshot is handed in, on a report or an incident: asked first, sealed, never trusted."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from PIL import Image

from alerts.evidence.verifier import verify
from monitor.account_role import AccountRole
from monitor.domain import Case, Shows
from tests.integration.dashboard import Dashboard, running
from tests.integration.test_reporting import filled

SECRET = b"QUENTINS-CAMERA"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.fixture
def office(board: Dashboard) -> Iterator[httpx.Client]:
    with board.signed_in(AccountRole.OFFICE) as client:
        yield client


def shot(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """With a hidden fact in it."""
    picture, out, facts = Image.new("RGB", size, (200, 30, 30)), BytesIO(), Image.Exif()
    facts[0x010F] = SECRET.decode()
    picture.save(out, kind, exif=facts)
    return out.getvalue()


def file_form(client: httpx.Client, number: str) -> str:
    """The address of the form that takes a file, for somebody who said no."""
    page = client.get(f"/incidents/{number}/hand-in", params={"indecent": "no"}).text
    return address_in(page)


def address_in(page: str) -> str:
    (action,) = re.findall(r'action="([^"]+hand-in\?[^"]+)"', page)
    return action.replace("&amp;", "&")


def send(
    client: httpx.Client, address: str, content: bytes, name: str = "x.jpg"
) -> httpx.Response:
    return client.post(address, files={"file": (name, content)}, follow_redirects=True)


def case(board: Dashboard, number: str) -> Case:
    found = board.store.case(number)
    assert found is not None
    return found


def test_what_is_handed_in_is_sealed_and_marked_and_shown_without_hidden_facts(
    board: Dashboard, office: httpx.Client
) -> None:
    number, content = board.add_incident("They lie"), shot()
    page = send(office, file_form(office, number), content).text
    (evidence,) = case(board, number).evidence
    folder = board.evidence / evidence.id
    assert verify(folder, evidence.manifest_sha256) == []
    assert (folder / "original.jpg").read_bytes() == content
    assert evidence.shows is Shows.SUPPLIED
    said = "Handed in by office@wexcombepark.example: human-supplied, not machine-witnessed"
    assert said in page
    assert "sealed and kept with the evidence" in page
    deed = board.store.custody()[-1]
    assert (deed.act, deed.subject, deed.sha256) == (
        "supplied",
        evidence.id,
        evidence.manifest_sha256,
    )
    assert re.fullmatch(r"account \d+", deed.actor)
    shown = office.get(f"/incidents/{number}/evidence/{evidence.id}/screenshot")
    assert shown.headers["content-type"] == "image/png"
    assert SECRET in content
    assert SECRET not in shown.content
    with Image.open(BytesIO(shown.content)) as picture:
        assert picture.size == (60, 40)


MAIL = (
    "From: Parent <parent@post.example>\r\nTo: office@wexcombepark.example\r\n"
    "Date: Fri, 20 Nov 2026 08:00:00 +0000\r\nSubject: Your school\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
    "I shall tell the paper. <script>alert(1)</script> \u202eneddih\r\n"
)


def test_the_words_of_a_mail_that_was_handed_in_can_be_read_and_nothing_of_them_is_alive(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    page = send(office, file_form(office, number), MAIL.encode(), "x.eml").text
    assert "Read the mail that was handed in" in page
    assert "Subject: Your school" in page
    assert "I shall tell the paper. &lt;script&gt;alert(1)&lt;/script&gt; [U+202E]neddih" in page
    assert "all of it is in the evidence pack" not in page
    long = MAIL + "and so on " * 3_000
    page = send(office, file_form(office, number), long.encode(), "x.eml").text
    assert len(page) < 60_000
    assert "all of it is in the evidence pack" in page


def test_without_a_clear_no_not_a_byte_of_the_file_is_read(
    board: Dashboard, office: httpx.Client
) -> None:
    """The form for it is not even offered, and who sends it all the same gets an answer before
    the file was sent at all."""
    number = board.add_incident("They lie")
    for answer in ("yes", "not_sure", "", "No"):
        page = office.get(f"/incidents/{number}/hand-in", params={"indecent": answer}).text
        assert 'type="file"' not in page
        assert ("It must not be handed in" in page) == (answer in ("yes", "not_sure"))
        assert ("report.iwf.org.uk" in page) == (answer in ("yes", "not_sure"))
        address = file_form(office, number).replace("indecent=no", f"indecent={answer}")
        assert b" 403 " in answer_to_the_head_alone(board, office, address)
    assert case(board, number).evidence == ()
    assert not board.evidence.exists()


def test_in_an_incident_where_a_picture_may_be_indecent_a_no_opens_nothing(
    board: Dashboard, office: httpx.Client
) -> None:
    free = board.add_incident("Something else", url="https://a.example/2")
    number = board.add_incident("x", pictures_allowed=False)
    page = office.get(f"/incidents/{number}/hand-in", params={"indecent": "no"}).text
    assert 'type="file"' not in page
    assert "It must not be handed in" in page
    assert "/hand-in" not in office.get(f"/incidents/{number}").text
    address = file_form(office, free).replace(free, number)
    assert b" 403 " in answer_to_the_head_alone(board, office, address)
    assert not board.evidence.exists()


def answer_to_the_head_alone(
    board: Dashboard, client: httpx.Client, address: str, length: int = 1_000_000
) -> bytes:
    """What the server says when it has the first line and the headers, and nothing of a body
    that is to come. One that waits for the body never answers."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    host = board.url.removeprefix("http://")
    head = (
        f"POST {address} HTTP/1.1\r\nHost: {host}\r\nOrigin: {board.url}\r\nCookie: {cookies}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=60) as line:
        line.sendall(head.encode())
        return b"".join(iter(lambda: line.recv(65_536), b""))


def test_after_a_report_the_screenshot_goes_with_it_and_a_second_one_too(
    board: Dashboard, office: httpx.Client
) -> None:
    page = office.post("/report", data=filled(office)).text
    for content in (shot(), shot("PNG")):
        answer = send(office, address_in(page), content)
        assert "Your file is sealed and kept with it" in answer.text
        page = answer.text
    (found,) = board.store.cases()
    assert sorted(f.name for e in found.evidence for f in e.files if "original" in f.name) == [
        "original.jpg",
        "original.png",
    ]


def test_a_report_without_an_address_takes_a_screenshot_too(
    board: Dashboard, office: httpx.Client
) -> None:
    page = office.post("/report", data=filled(office, link="", place="a parent chat")).text
    assert "Your file is sealed" in send(office, address_in(page), shot()).text


@pytest.mark.parametrize("answer", ["yes", "not_sure"])
def test_after_a_report_of_what_may_be_indecent_no_file_is_read(
    board: Dashboard, office: httpx.Client, answer: str
) -> None:
    form = filled(office, indecent=answer)
    page = office.post("/report", data=form).text
    assert "report.iwf.org.uk" in page
    once = "0" * 32
    address = f"/report/hand-in?form={form['form']}&school=wexcombe&once={once}"
    assert b" 403 " in answer_to_the_head_alone(board, office, address)
    assert not board.evidence.exists()


def test_a_form_sent_twice_is_one_piece_of_evidence(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    address = file_form(office, number)
    for _ in range(2):
        send(office, address, shot())
    assert len(case(board, number).evidence) == 1


def polyglot() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<script>alert(1)</script>")
    return shot("PNG") + out.getvalue()


def bomb() -> bytes:
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    return out.getvalue()


NOT_PICTURES = {
    "nothing": (b"", "Choose the file first."),
    "a page called picture": (b"<!doctype html><script>alert(1)</script>", "neither a picture"),
    "a drawing with script": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "neither a picture"),
    "a program": (b"MZ\x90\x00", "neither a picture"),
    "an archive behind a picture": (polyglot(), "holds something else"),
    "a page behind a picture": (shot("PNG") + b"<html>", "holds something else"),
    "half a picture": (shot("PNG", (900, 900))[:2000], "neither a picture"),
    "a bomb": (bomb(), "far too large"),
    "an iphone's": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
}


def test_what_is_no_plain_picture_is_refused_in_words_and_leaves_nothing(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    for kind, (content, sentence) in NOT_PICTURES.items():
        answer = send(office, file_form(office, number), content, "innocent.png")
        assert answer.status_code == 400, kind
        assert sentence in answer.text, kind
        assert 'id="file-error"' in answer.text, kind
    assert case(board, number).evidence == ()
    assert [p for p in board.evidence.glob("**/*") if p.is_file()] == []


def test_what_is_too_large_is_said_before_it_is_read(
    board: Dashboard, office: httpx.Client
) -> None:
    address = file_form(office, board.add_incident("They lie"))
    answer = answer_to_the_head_alone(board, office, address, length=26_000_000)
    assert b" 413 " in answer
    assert b"larger than 25 MB" in answer


def test_nobody_hands_in_what_they_may_not_know_of(board: Dashboard, office: httpx.Client) -> None:
    free = board.add_incident("Something else", url="https://a.example/2")
    hidden = board.add_incident("x", about_head=True)
    assert office.get(f"/incidents/{hidden}/hand-in").status_code == 404
    address = file_form(office, free).replace(free, hidden)
    assert b" 404 " in answer_to_the_head_alone(board, office, address)
    other = f"/report/hand-in?form={'0' * 32}&school=wexcombe&once={'0' * 32}"
    assert send(office, other, shot()).status_code == 404
    with board.signed_in(AccountRole.GOVERNOR) as governor:
        for path in (address, other):
            assert b" 403 " in answer_to_the_head_alone(board, governor, path)
