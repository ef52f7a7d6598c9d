"""The papers say what the program does, and the project says nothing it should not."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from monitor.cli.main import cli
from monitor.retention import Retention
from tests.architecture.pages import SOURCES, named_in, sources_page
from tests.architecture.project import PACKAGES, ROOT, name_of, python_files, text_files

PAPERS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))
TEXTS = list(text_files())
LONGEST_FUNCTION = 60

# Invented people speak of anything.
_POSTS = (ROOT / "tests/quality").glob("*_posts/posts.jsonl")
NOT_OURS = {*_POSTS, ROOT / "nlp/model/tokenizer.json"}  # nor the words of a tokenizer


def _commands() -> Iterator[tuple[str, str]]:
    """Every `make ...` and `monitor ...` that a paper tells its reader to type."""
    for paper in PAPERS:
        text = paper.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
        lines = [line for block in blocks for line in block.splitlines()]
        for said in (*lines, *named_in(re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))):
            said = " ".join(said.split())
            if re.match(r"make [a-z]+$|(\.venv/bin/)?monitor [a-z]+", said):
                yield name_of(paper), said.removeprefix(".venv/bin/")


COMMANDS = sorted(set(_commands()))


def test_only_a_projects_own_papers_lie_at_the_top() -> None:
    """A note to a colleague once did, for all to read."""
    assert {path.name for path in ROOT.glob("*.md")} == {
        "CHANGELOG.md", "CONTRIBUTING.md", "README.md",
    }  # fmt: skip


def test_the_papers_do_name_commands() -> None:
    said = {command for _, command in COMMANDS}
    assert {"make run", "make test", "monitor init", "monitor check", "monitor run"} <= said


def _verbs(command: Any) -> dict[str, Any]:
    """The commands within a command; none for one that stands alone. Typer brings its own
    click, whose classes are not click's."""
    return getattr(command, "commands", {})


@pytest.mark.parametrize(("paper", "said"), COMMANDS)
def test_every_command_in_the_papers_exists(paper: str, said: str) -> None:
    program, verb, *rest = said.split()
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{verb}:", makefile, re.M)
        return
    command = _verbs(get_command(cli))[verb]
    if rest and _verbs(command):
        command = _verbs(command)[rest[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_leads_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", paper.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (paper.parent / target).exists(), target


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_picture_of_the_readme_is_a_small_png() -> None:
    picture = (ROOT / "docs/images/incident.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < 300_000


def test_the_page_of_sources_is_what_the_sources_say() -> None:
    """To put it right: python -m tests.architecture.pages"""
    assert SOURCES.read_text(encoding="utf-8") == sources_page()


def test_the_page_for_the_data_protection_officer_shows_the_real_defaults() -> None:
    page = (ROOT / "docs/data-protection.md").read_text(encoding="utf-8")
    for key, field in Retention.model_fields.items():
        (row,) = (line for line in page.splitlines() if f"| `{key}` |" in line)
        assert f"| {field.default} days |" in row


def test_every_legal_line_says_what_it_is_and_when_it_was_checked() -> None:
    page = (ROOT / "docs/data-protection.md").read_text(encoding="utf-8")
    section = page.partition("## Lawful basis")[2].partition("\n## ")[0]
    points = [" ".join(point.split()) for point in re.split(r"^- ", section, flags=re.M)[1:]]
    assert len(points) >= 7
    for point in points:
        assert point.endswith("Guidance, not legal advice; checked on 2026-11-20.")


# Written so that this file does not hold what it looks for.
_FORBIDDEN = {
    "a path of one machine": r"(?<![\w.*~-])/(?:w[o]rk|r[o]ot|h[o]me|Us[e]rs)/[\w.]",
    "a registry": r"\bp[y]pi\.org|p[y]thonhosted\.org|ind[e]x-url|artif[a]ctory|\bn[e]xus[./-]"
    r"|npmj[s]\.|deb\.deb[i]an\.org|prox[y]\.golang",
    "how it was made": r"\bL[L]Ms?\b|cl[a]ude\b|anthr[o]pic|chatg[p]t|\bopen[a]i\b|\bcopil[o]t\b"
    r"|language m[o]dels?\b|\bsub-?ag[e]nts?\b|coding ag[e]nt|system pr[o]mpt|as an A[I]\b"
    r"|co-auth[o]red-by|\bissue #?\d+\b|\bthis s[e]ssion\b",
    "work left undone": r"\bTO[D]O\b|\bFIX[M]E\b|\bX[X]X\b",
    "a private key": r"BEGIN (?:RSA |EC |OPENSSH )?PRIV[A]TE KEY",
}


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(_FORBIDDEN[what], re.IGNORECASE if what == "how it was made" else 0)
    holding = [
        f"{name_of(path)}:{number}"
        for path in TEXTS
        if path not in NOT_OURS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not holding


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "see /" + "work/main"),
        ("a path of one machine", "cd /" + "home/anna"),
        ("a registry", "--ind" + "ex-url https://packages.example"),
        ("how it was made", "written by Cl" + "aude"),
        ("work left undone", "# TO" + "DO"),
    ],
)
def test_what_no_file_may_hold_would_be_noticed(what: str, line: str) -> None:
    assert re.search(_FORBIDDEN[what], line, re.IGNORECASE)


_PHONE = re.compile(r"(?<![\w.+/:-])(?:\+44 ?\(?0?\)?|0)\d(?:[ -]?\d){8,9}(?![\w-])")


def _digits(number: str) -> str:
    plain = re.sub(r"\D", "", number)
    return "0" + plain.removeprefix("44").removeprefix("0") if number.startswith("+") else plain


def _helplines() -> set[str]:
    """Real public services, as the guidance names them to schools."""
    text = (ROOT / "alerts/guidance.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    return {_digits(number) for number in _PHONE.findall(text)}


def test_every_telephone_number_is_kept_free_for_drama_or_a_public_helpline() -> None:
    """Source of the ranges: Ofcom, telephone numbers for use in drama."""
    helplines = _helplines()
    real = [
        name_of(path)
        for path in TEXTS
        if path.name != "tokenizer.json"
        for number in _PHONE.findall(path.read_text(encoding="utf-8"))
        if not re.match("01632960|07700900", _digits(number)) and _digits(number) not in helplines
    ]
    assert not real


def test_a_real_telephone_number_would_be_noticed() -> None:
    assert _digits(_PHONE.findall("ring +44 20 7946" + " 1234 now")[0]) == "0207946" + "1234"
    assert _PHONE.findall("ring 0117" + " 496 1234")


@pytest.mark.parametrize("path", list(python_files(*PACKAGES, "tests", "tools")), ids=name_of)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_a_screen() -> None:
    """But for migrations, which are lists of columns."""
    found = [
        (name_of(path), *function)
        for path in python_files(*PACKAGES)
        if "migrations" not in path.parts
        for function in _functions(path)
    ]
    assert len(found) > 500
    assert not [each for each in found if each[2] > LONGEST_FUNCTION]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_begins_with_a_docstring_and_imports_nothing(package: str) -> None:
    """So that reaching one module never loads another."""
    (docstring,) = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
