"""Setting up: init, encrypt and demo."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.evidence.at_rest import KEY_FILE, Pair, new_pair
from monitor import settings
from monitor.cli.common import CONFIG, ConfigPath, Failed, bars, opened, say
from sources.errors import SourceError

if TYPE_CHECKING:
    from monitor.demo.story import ScanResult

KEEP_THE_KEY = """\
Evidence will be encrypted on the disk. The key to read it is in {key}.
Copy that file now to a USB stick in the school's safe, or into its password manager: without
it nobody can read the evidence again, and we cannot help. Keep it out of the backups of this
folder, or whoever steals one can read the evidence. The log itself, with the words of posts,
is not encrypted unless you set database_key (docs/install.md says how): keep this folder and
its backups on encrypted disks. Where evidence is only recorded and never looked at, the file
may be taken away, together with the line "identity"."""

ENCRYPTED = """\
The database is encrypted now. Without its key nobody can read it again: keep a copy of the key
in the school's safe, and not with the backups. Backups made before today are as readable as
they were, and so may be what is left of the old file on this disk: delete the old backups, and
wipe the disk before you give it away."""


def init(
    config: ConfigPath = CONFIG,
    register: Annotated[
        Path | None,
        typer.Option(help="the register of schools (GIAS, CSV) to take the details from"),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="do not look for the register on the internet")
    ] = False,
) -> None:
    """Ask for the school, and write the configuration."""
    from monitor.wizard import BadRegister, as_toml, ask, next_steps

    if not config.absolute().parent.is_dir():
        raise Failed(f"There is no folder {config.parent}. Please make it first.")
    if config.exists():
        raise Failed(f"{config} is already there. Edit it, or give another --config PATH.")
    key = config.with_name(KEY_FILE)
    if key.exists():
        raise Failed(f"{key} is already there, and opens evidence. Please move it away first.")
    try:
        with TemporaryDirectory() as folder:
            known = register or (None if offline else _download(Path(folder)))
            asked = ask(known, prompt=_prompt, choose=_choose)
    except BadRegister as error:
        raise Failed(str(error)) from None
    except typer.Abort:
        raise Failed("Not all questions were answered, so nothing was written.") from None
    pair = new_pair()
    _write(key, f"{pair.private}\n")
    _write(config, f"{as_toml(asked)}\n{_evidence(pair)}")
    say(KEEP_THE_KEY.format(key=key))
    try:
        settings.load(config)
    except settings.SettingsError as error:
        raise Failed(f"Written, but not yet in order.\n{error}") from None
    say("\n".join(("", *next_steps(asked), "")))
    say(f"Written to {config}. Next: monitor check --config {config}")


def encrypt(config: ConfigPath = CONFIG) -> None:
    """Encrypt a database that was begun without database_key."""
    from monitor.store.encrypting import encrypt as encrypt_database

    wanted = settings.load(config)
    key = wanted.key_of_database()
    if not key:
        raise Failed(f"There is no database_key in {config}. docs/install.md says how to make it.")
    if not encrypt_database(wanted.database_url(), key):
        say("There is nothing to encrypt: it is so already, or there is no database yet.")
        return
    say(ENCRYPTED)


def _evidence(pair: Pair) -> str:
    return f'[evidence]\nencrypt_to = "{pair.public}"\nidentity = "file:{KEY_FILE}"\n'


def _download(folder: Path) -> Path | None:
    """The register of schools, where it can be had; without it one types a little more."""
    from monitor.register import download, register_client

    say("Looking for the register of schools (England, some 60 MB) ...")
    try:
        with register_client() as client:
            return download(client, folder, datetime.now(UTC).date())
    except SourceError:
        say("It cannot be reached from here just now, so please type the details.")
        return None


def _write(config: Path, text: str) -> None:
    """Whole or not at all, and for the owner only: it holds people's addresses."""
    unfinished = config.with_name(f".{config.name}.tmp")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(config)


def _prompt(question: str, default: str) -> str:
    answer: str = typer.prompt(question, default=default, show_default=bool(default))
    return answer.strip()


def _choose(question: str, choices: list[str]) -> int | None:
    for number, choice in enumerate(choices, 1):
        say(f"  {number}. {choice}")
    answer: int = typer.prompt(f"{question} (0: none of these)", type=int, default=1)
    return answer - 1 if 0 < answer <= len(choices) else None


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="where to leave what it makes")] = Path(
        "demo"
    ),
    config: ConfigPath = CONFIG,  # noqa: ARG001 - every command takes it; the demo writes its own
) -> None:
    """The whole thing, against a bundled sample town on this machine."""
    from monitor.demo.run import run_demo

    code = run_demo(directory, scan=_scan)
    if code:
        raise typer.Exit(code)


def _scan(config: Path) -> ScanResult:
    from monitor.demo.story import Counts, ScanResult

    with opened(config) as app, bars() as progress:
        done = app.scan(list(app.visitor.all()), progress)
        app.publish_so_far()
        judged = app.store.assessments()
        failed = [f"{v.source}: {v.error}" for v in done.visits if v.error]
        return ScanResult(
            counts=Counts(
                read=len(judged),
                about_school=sum(a.about_school and a.not_assessed is None for a in judged),
                criticism=sum(a.criticism for a in judged),
                not_assessed=sum(a.not_assessed is not None for a in judged),
            ),
            cases=tuple(app.store.cases()),
            problems=(*failed, *done.troubles),
        )
