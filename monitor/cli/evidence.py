"""Evidence: capture, verify, export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

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
from monitor.domain import CaptureMode


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
        evidence = app.capture_page(url, owner, mode)
    say(evidence.id)
    if evidence.note:
        raise Failed(f"{evidence.id} holds less than was asked for: {evidence.note}")


def verify(
    what: Annotated[str | None, typer.Argument(metavar="[ID|PATH]")] = None,
    all_: Annotated[bool, typer.Option("--all", help="everything in the log")] = False,
    config: ConfigPath = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Prove that evidence is unchanged; name each file that is not."""
    from monitor.proof import prove_folder, prove_log

    if (what is not None) == all_:
        raise typer.BadParameter("give the id or the folder of one piece of evidence, or --all")
    if what is not None and Path(what).is_dir():
        proofs = [prove_folder(Path(what))]
    else:
        with opened(config) as app:
            proofs = prove_log(app, what)
    if what is not None and not proofs:
        raise Failed(
            f"There is no evidence {what}, and no folder of that name. "
            "monitor incidents --json lists what there is."
        )
    broken = [p for p in proofs if p.problems]
    if as_json:
        rows = [{"id": p.id, "ok": not p.problems, "problems": p.problems} for p in proofs]
        say(json.dumps({"ok": not broken, "evidence": rows}, ensure_ascii=False))
    elif not broken:
        say(f"Checked: {len(proofs)}. Everything is unchanged.")
    if broken:
        raise Failed("\n".join(f"{p.id}: {problem}" for p in broken for problem in p.problems))


def export(
    incident: Annotated[str, typer.Argument(help="its number, for example 2026-014")],
    out: Annotated[Path, typer.Option(help="the ZIP to write")],
    config: ConfigPath = CONFIG,
) -> None:
    """Evidence pack for police or solicitor, with a verifier that needs only Python."""
    from alerts.evidence.export import export as pack

    if out.suffix.lower() != ".zip":
        raise typer.BadParameter("--out must end in .zip")
    demand_folder(out)
    with opened(config) as app:
        case = app.store.case(incident)
        if case is None:
            raise Failed(f"There is no incident {incident}. monitor incidents lists them.")
        pack(case, app.evidence_root, out)
    say(f"Written to {out}.")
