"""Evidence: capture, verify, export."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.pictures import Indecent
from monitor import settings
from monitor.cli.common import (
    CONFIG,
    AsJson,
    ConfigPath,
    Failed,
    SchoolId,
    demand_folder,
    one_of,
    opened,
    say,
)
from monitor.custody import COMMAND_LINE
from monitor.domain import CaptureMode, Case

if TYPE_CHECKING:
    from monitor.custody import Head
    from monitor.proof import Proof

_HEAD = re.compile(r"\s*[0-9]{1,9}:[0-9a-fA-F]{64}\s*")


def capture(
    url: Annotated[str, typer.Argument(metavar="URL")],
    config: ConfigPath = CONFIG,
    school: SchoolId = None,
    mode: Annotated[CaptureMode, typer.Option(help="how much may be fetched")] = CaptureMode.FULL,
) -> None:
    """Capture one page as evidence, and print the evidence's id."""
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("give a web address beginning with http:// or https://")
    with opened(config) as app:
        owner = one_of(app.schools, school, "school") if school else next(iter(app.schools))
        evidence = app.evidence.capture_page(url, owner, mode)
    say(evidence.id)
    if evidence.note:
        raise Failed(f"{evidence.id} holds less than was asked for: {evidence.note}")


def supply(
    file: Annotated[Path, typer.Argument(help="a picture, or a mail saved as .eml")],
    incident: Annotated[str, typer.Option(help="its number, for example 2026-014")],
    indecent: Annotated[
        Indecent | None,
        typer.Option(help="could a picture in it be indecent or intimate? asked if not given"),
    ] = None,
    config: ConfigPath = CONFIG,
) -> None:
    """Seal what a person hands in, marked as not witnessed by the program; print its id."""
    if not file.is_file():
        raise Failed(f"There is no file {file}.")
    with opened(config) as app:
        case = app.store.case(incident)
        if case is None:
            raise Failed(f"There is no incident {incident}. monitor incidents lists them.")
        answer = indecent or _ask_first(case)
        evidence = app.evidence.supply(
            case,
            file.read_bytes,
            actor=COMMAND_LINE,
            no_indecent_picture=answer is Indecent.NO,
        )
    say(evidence.id)


def _ask_first(case: Case) -> Indecent:
    """Before the file is touched; not at all where the incident rules pictures out anyway."""
    if not case.incident.pictures_allowed:
        return Indecent.NOT_SURE
    question = (
        "Could a picture in it be an indecent picture of anybody under 18, or an intimate one of "
        "anybody? (no / yes / not_sure)"
    )
    answer: str = typer.prompt(question, default="not_sure").strip().lower()
    return Indecent(answer) if answer in set(Indecent) else Indecent.NOT_SURE


def verify(
    what: Annotated[str | None, typer.Argument(metavar="[ID|PATH]")] = None,
    all_: Annotated[bool, typer.Option("--all", help="everything in the log")] = False,
    sha256: Annotated[
        str | None,
        typer.Option(help="for a folder: the number written down when it was made"),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="the number of the custody log from one of its mails"),
    ] = None,
    config: ConfigPath = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Prove that evidence is unchanged, and the custody log whole; name what is not."""
    if (what is not None) == all_:
        raise typer.BadParameter("give the id or the folder of one piece of evidence, or --all")
    _demand_numbers(what, sha256, head)
    proofs, log = _proofs(what, sha256, config, head=head, with_log=all_ or head is not None)
    if what is not None and not proofs:
        raise Failed(
            f"There is no evidence {what}, and no folder of that name. "
            "monitor incidents --json lists what there is."
        )
    broken = [p for p in (*proofs, *([log[0]] if log else [])) if p.problems]
    provisos = [line for p in proofs for line in p.provisos]
    if as_json:
        say(_json(proofs, log))
    elif not broken:
        say(f"Checked: {len(proofs)}. " + "\n".join(provisos or ["Everything is unchanged."]))
        if waiting := sum(len(p.waiting) for p in proofs):
            say(f"Time stamps still to come: {waiting}. They are fetched when they can be.")
        if log:
            say(f"The custody log is whole. Its number now: {log[1]}")
    if broken:
        raise Failed("\n".join(f"{p.id}: {problem}" for p in broken for problem in p.problems))


def _demand_numbers(what: str | None, sha256: str | None, head: str | None) -> None:
    if sha256 is not None and not (what and Path(what).is_dir()):
        raise typer.BadParameter("--sha256 belongs to a folder; the log has its own numbers")
    if head is not None and not _HEAD.fullmatch(head):
        raise typer.BadParameter("--head is a number, a colon and 64 letters or digits")


def _proofs(
    what: str | None, sha256: str | None, config: Path, *, head: str | None, with_log: bool
) -> tuple[list[Proof], tuple[Proof, Head] | None]:
    """What the log knows is held against the log; anything else can only speak for itself. And,
    *with_log*, whether the custody log is whole."""
    from monitor.proof import prove_custody, prove_folder, prove_here, prove_log

    folder = Path(what) if what is not None and Path(what).is_dir() else None
    speaks_alone = folder is not None and (sha256 is not None or not _is_readable(config))
    alone = [prove_folder(folder, sha256)] if folder is not None and speaks_alone else []
    if alone and not with_log:
        return alone, None
    with opened(config) as app:
        proofs = alone or prove_log(app, what) or ([prove_here(app, folder)] if folder else [])
        return proofs, prove_custody(app, head) if with_log else None


def _is_readable(config: Path) -> bool:
    try:
        settings.load(config)
    except settings.SettingsError:
        return False
    return True


def _json(proofs: list[Proof], log: tuple[Proof, Head] | None) -> str:
    rows = [{"id": p.id, "ok": not p.problems, "problems": p.problems} for p in proofs]
    open_ = " ".join(line for p in proofs if not p.problems for line in p.provisos)
    ok = not any(p.problems for p in (*proofs, *([log[0]] if log else [])))
    waiting = [{"id": p.id, "authority": name} for p in proofs for name in p.waiting]
    found = {
        "ok": ok,
        "evidence": rows,
        "cannot_prove": open_ or None,
        "not_yet_timestamped": waiting,
    }
    if log:
        found["custody"] = {
            "ok": not log[0].problems,
            "problems": log[0].problems,
            "head": str(log[1]),
        }
    return json.dumps(found, ensure_ascii=False)


def export(
    incident: Annotated[str, typer.Argument(help="its number, for example 2026-014")],
    out: Annotated[Path, typer.Option(help="the ZIP to write")],
    masked: Annotated[
        bool, typer.Option("--masked", help="name nobody, and leave the recorded files out")
    ] = False,
    config: ConfigPath = CONFIG,
) -> None:
    """Evidence pack for police or solicitor, with a verifier that needs only Python."""
    if out.suffix.lower() != ".zip":
        raise typer.BadParameter("--out must end in .zip")
    demand_folder(out)
    with opened(config) as app:
        case = app.store.case(incident)
        if case is None:
            raise Failed(f"There is no incident {incident}. monitor incidents lists them.")
        number = app.evidence.export(case, out, masked=masked)
    say(f"Written to {out}.")
    say(f"The SHA-256 of its incident.json: {number}")
    say("Write that number down outside the pack: it proves that nobody made the pack anew.")
