"""A case can be handed to police or a solicitor, who can check it with nothing but Python."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.evidence.carried import verifier_files
from alerts.evidence.cover import README
from alerts.evidence.errors import CannotKeep, NotNow
from alerts.evidence.export import export
from alerts.evidence.filing import NOT_THE_POST
from alerts.evidence.on_paper import as_html
from alerts.evidence.proofs import CUSTODY, Proofs, mask
from alerts.evidence.record import META, SOURCE
from alerts.evidence.report import (
    AFTER,
    CERTIFICATES,
    DOM,
    MHTML,
    PAGE_PDF,
    REPORT_PDF,
    SCREENSHOT,
    TEXT,
    WACZ,
)
from alerts.evidence.seal import MANIFEST, seal
from alerts.evidence.supplied import DISPLAY
from monitor.domain import (
    AlertState,
    Assessment,
    CaptureMode,
    Case,
    Category,
    Evidence,
    EvidenceState,
    Incident,
    Mention,
    Reason,
    Role,
    School,
    Severity,
    Sighting,
    Told,
)

NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
WORDS = "Someone should wait for him at the gate tonight."
PNG = b"\x89PNG\r\n\x1a\n picture"


def sealed(root: Path, name: str, mode: CaptureMode) -> Evidence:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "source.json").write_text(json.dumps({"text": WORDS}))
    (folder / "text.txt").write_text(WORDS)
    if mode is CaptureMode.FULL:
        (folder / "screenshot.png").write_bytes(PNG)
    done = seal(folder, capture=name, mode=mode)
    return Evidence(
        id=name,
        mode=mode,
        state=EvidenceState.SEALED,
        captured_at=NOON,
        manifest_sha256=done.manifest_sha256,
        files=done.files,
    )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    mention = Mention(
        source="town forum",
        external_id="7",
        url="https://forum.example/7",
        text=WORDS,
        author="jo",
        published_at=NOON,
        published_as="today at 1pm",
        answers="https://forum.example/6",
        counts=(("likes", 1234), ("views_about", 1_200)),
    )
    reason = Reason(category="threat", start=8, end=19, text="should wait", rule="threat.ambush")
    assessment = Assessment(
        about_school=True,
        relevance=1,
        model="m",
        categories=frozenset({Category.THREAT}),
        severity=Severity.HIGH,
        because=(reason,),
    )
    incident = Incident(
        key="w:forum:7",
        school="wexcombe",
        opened_at=NOON,
        categories=frozenset({Category.THREAT}),
        severity=Severity.HIGH,
        number="2026-014",
    )
    told = Told(role=Role.HEAD, channel="email", state=AlertState.SENT, sent_at=NOON)
    return Case(
        incident=incident,
        sightings=(Sighting(mention=mention, assessment=assessment, first_seen_at=NOON),),
        evidence=(sealed(tmp_path / "evidence", "capture-1", CaptureMode.FULL),),
        told=(told,),
    )


def barred(case: Case) -> Case:
    return replace(case, incident=replace(case.incident, pictures_allowed=False))


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[Case], Path]:
    def _pack(case: Case) -> Path:
        export(case, tmp_path / "evidence", tmp_path / "case.zip")
        with zipfile.ZipFile(tmp_path / "case.zip") as archive:
            archive.extractall(tmp_path / "unpacked")
        return tmp_path / "unpacked"

    return _pack


def check(folder: Path, *number: str) -> tuple[int, str]:
    """As the README tells police to: in the unpacked folder, with Python and nothing else."""
    command = [sys.executable, "-I", "-S", "verify.py", *((".", *number) if number else ())]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_pack_holds_the_evidence_and_the_means_to_check_it(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    folder = pack(case)
    evidence = {"manifest.json", "screenshot.png", "source.json", "text.txt"}
    papers = {"README.txt", "incident.json", "incident.txt", "custody.json", *verifier_files()}
    assert files(folder) == papers | {f"capture-1/{name}" for name in evidence}
    status, said = check(folder)
    assert status == 0
    assert said.startswith("Unchanged, as far as the pack can tell by itself.\n")
    assert "made anew together" in said, "what it cannot prove"
    assert "printed at export" in said, "how to prove that too"


def test_with_the_number_printed_at_export_a_pack_made_anew_is_noticed(
    case: Case, tmp_path: Path, pack: Callable[[Case], Path]
) -> None:
    folder = pack(case)
    number = export(case, tmp_path / "evidence", tmp_path / "again.zip")
    assert check(folder, number) == (0, "Unchanged: every file is as it was sealed.\n")
    (folder / "capture-1" / "text.txt").write_text("Something harmless.")
    anew = seal(folder / "capture-1", capture="capture-1", mode=CaptureMode.FULL)
    facts = json.loads((folder / "incident.json").read_text())
    facts["evidence"][0]["manifest_sha256"] = anew.manifest_sha256
    (folder / "incident.json").write_text(json.dumps(facts))
    assert check(folder)[0] == 0, "by itself the pack cannot tell"
    status, said = check(folder, number)
    assert status == 1
    assert "incident.json is not the one that was exported" in said


def rewrite(pack: Path, **changes: object) -> None:
    """Change what incident.json says of the first piece of evidence."""
    facts = json.loads((pack / "incident.json").read_text())
    facts["evidence"][0].update(changes)
    (pack / "incident.json").write_text(json.dumps(facts))


def test_a_folder_that_the_pack_disowns_does_not_pass(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    folder = pack(case)
    rewrite(folder, folder=None)
    (folder / "capture-1" / "text.txt").write_text("Something harmless.")
    status, said = check(folder)
    assert status == 1
    assert "capture-1: text.txt was changed." in said


@pytest.mark.parametrize("what", ["folder", "link"])
def test_a_folder_that_the_pack_does_not_list_does_not_pass(
    case: Case, tmp_path: Path, pack: Callable[[Case], Path], what: str
) -> None:
    folder = pack(case)
    if what == "link":
        (folder / "capture-2").symlink_to(tmp_path / "evidence")
    else:
        (folder / "capture-2").mkdir()
    status, said = check(folder)
    assert status == 1
    assert "capture-2 was added" in said


@pytest.mark.parametrize("name", ["../unpacked/capture-1", "", ".", "a/b", "c:d"])
def test_a_pack_cannot_point_out_of_itself(
    case: Case, pack: Callable[[Case], Path], name: str
) -> None:
    folder = pack(case)
    rewrite(folder, id=name)
    status, said = check(folder)
    assert status == 1
    assert "incident.json is missing or was changed." in said


def test_a_story_of_the_case_that_was_rewritten_is_noticed(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    folder = pack(case)
    (folder / "incident.txt").write_text("Nothing happened.")
    status, said = check(folder)
    assert status == 1
    assert "incident.txt was changed." in said
    (folder / "incident.txt").unlink()
    assert "incident.txt is missing." in check(folder)[1]


def test_the_case_is_told_in_plain_words(case: Case, pack: Callable[[Case], Path]) -> None:
    told = (pack(case) / "incident.txt").read_text()
    for words in (
        "INCIDENT 2026-014",
        "https://forum.example/7",
        WORDS,
        'threat, for the words "should wait"',
        "2026-06-20T12:00:00Z (UK time 20 June 2026, 13:00)",
        case.evidence[0].manifest_sha256,
        "The page was opened in a web browser",
        "head, by email, sent",
        'the site writes it "today at 1pm"',
        "Answers:     https://forum.example/6",
        "likes 1,234, views about 1,200 (as the site said when it was read)",
    ):
        assert words in told


def test_the_paper_tells_of_a_post_what_its_site_does_and_a_masked_one_does_not(
    case: Case,
) -> None:
    whole = as_html(case, (), Proofs(), "Wexcombe Park Primary School")
    school = School(id="wexcombe", name="Wexcombe Park Primary School")
    masked = as_html(mask(case, school), (), Proofs(masked=school), school.name)
    for fact in ("today at 1pm", "https://forum.example/6", "its number is 7"):
        assert (fact in whole, fact in masked) == (True, False)
    assert "likes 1,234, views about 1,200" in whole


def test_a_pack_with_a_changed_file_is_noticed(case: Case, pack: Callable[[Case], Path]) -> None:
    folder = pack(case)
    (folder / "capture-1" / "text.txt").write_text("Something harmless.")
    assert check(folder)[0] == 1
    assert "capture-1: text.txt was changed." in check(folder)[1]


def test_a_pack_whose_capture_was_sealed_anew_is_noticed(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    folder = pack(case)
    (folder / "capture-1" / "text.txt").write_text("Something harmless.")
    seal(folder / "capture-1", capture="capture-1", mode=CaptureMode.FULL)
    assert "not the one that was sealed" in check(folder)[1]


def test_the_readme_explains_every_file_that_may_lie_in_a_pack() -> None:
    made = (SOURCE, META, TEXT, SCREENSHOT, "screenshot-tile-2.png", AFTER, DOM, MHTML, PAGE_PDF)
    further = (WACZ, CERTIFICATES, NOT_THE_POST, "original.", DISPLAY, REPORT_PDF, CUSTODY)
    for name in (*made, *further, MANIFEST, "timestamps/", "verify.py", "verifier/"):
        assert name in README, name


def test_a_masked_pack_says_why_it_is_without_the_files(case: Case, tmp_path: Path) -> None:
    proofs = Proofs(masked=School(id="wexcombe", name="Wexcombe Park Primary School"))
    export(case, tmp_path / "evidence", tmp_path / "case.zip", proofs=proofs)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        told = archive.read("incident.txt").decode()
    assert "text.txt, because this copy of the pack is to name nobody" in told
    assert "no picture of this case" not in told


def test_where_pictures_are_barred_none_is_packed_and_the_rest_can_still_be_checked(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    folder = pack(barred(case))
    assert not any(name.endswith(".png") for name in files(folder))
    assert check(folder)[0] == 0
    told = (folder / "incident.txt").read_text()
    assert "screenshot.png, because no picture of this case may be copied" in told
    (folder / "capture-1" / "text.txt").unlink()
    assert check(folder)[0] == 1


def test_a_picture_put_beside_a_link_capture_is_not_packed(
    case: Case, tmp_path: Path, pack: Callable[[Case], Path]
) -> None:
    link = sealed(tmp_path / "evidence", "capture-2", CaptureMode.LINK)
    (tmp_path / "evidence" / "capture-2" / "sneaked-in.png").write_bytes(PNG)
    folder = pack(replace(case, evidence=(link,)))
    assert not any(name.endswith(".png") for name in files(folder))
    assert "sneaked-in.png was added" in (folder / "incident.txt").read_text()


def test_a_link_out_of_the_folder_is_not_followed(
    case: Case, tmp_path: Path, pack: Callable[[Case], Path]
) -> None:
    (tmp_path / "private").write_text("SECRET")
    shot = tmp_path / "evidence" / "capture-1" / "screenshot.png"
    shot.unlink()
    shot.symlink_to(tmp_path / "private")
    folder = pack(case)
    assert "capture-1/screenshot.png" not in files(folder)
    assert check(folder)[0] == 1


def test_evidence_that_is_not_as_sealed_is_packed_and_said_to_be(
    case: Case, tmp_path: Path, pack: Callable[[Case], Path]
) -> None:
    (tmp_path / "evidence" / "capture-1" / "text.txt").write_text("Changed since.")
    told = (pack(case) / "incident.txt").read_text()
    assert "NOT AS IT WAS SEALED: text.txt was changed." in told


def test_evidence_that_is_not_there_is_said_to_be_missing(
    case: Case, pack: Callable[[Case], Path]
) -> None:
    gone = replace(case.evidence[0], id="capture-9")
    folder = pack(replace(case, evidence=(gone,)))
    assert "not on this computer" in (folder / "incident.txt").read_text()
    status, said = check(folder)
    assert status == 1, "nothing can be proved of it"
    assert "capture-9 is not in this pack" in said


def test_the_same_case_always_gives_the_same_bytes(case: Case, tmp_path: Path) -> None:
    export(case, tmp_path / "evidence", tmp_path / "a.zip")
    export(case, tmp_path / "evidence", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_browser_that_fails_costs_the_pack_its_paper_and_no_more(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(html: str) -> bytes:
        raise NotNow("The browser did not start.")

    out = tmp_path / "pack.zip"
    export(case, tmp_path, out, print_pdf=fails)
    with zipfile.ZipFile(out) as archive:
        assert REPORT_PDF not in archive.namelist()
        assert "incident.txt" in archive.namelist()
    assert "without its report.pdf: The browser did not start." in caplog.text


def test_an_export_that_fails_leaves_nothing_and_says_why(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CannotKeep, match="The evidence pack could not be written"):
        export(case, tmp_path / "evidence", tmp_path / "no such folder" / "case.zip")
    assert not (tmp_path / "no such folder").exists()
