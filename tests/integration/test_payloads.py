"""What a hostile visitor writes, in every field of a post and of a form, in a real browser."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from alerts.evidence.on_paper import as_html
from alerts.evidence.proofs import Proofs
from alerts.spreadsheets import Table, as_xlsx
from monitor import log
from monitor.account_role import AccountRole
from monitor.domain import (
    ABOUT_SCHOOL,
    Act,
    Assessment,
    CaptureMode,
    Category,
    Event,
    Incident,
    Mention,
    Reason,
    Severity,
)
from monitor.store.entry import Entry
from monitor.working import work
from tests.integration.chromium import chromium, enter, open_page
from tests.integration.dashboard import PASSWORD, TELLINGS, Dashboard, a_feed, running
from tests.integration.looking import pages
from tests.payloads import ELSEWHERE, EVERY, SCRIPT, STYLE, handfuls

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("payloads")]
HANDFULS = handfuls(30)
UNSEEN = {c for text in EVERY for c in text if unicodedata.category(c) in ("Cf", "Cc")} - set(
    "\n\t\r"
)
_TELL = (
    "document.addEventListener('securitypolicyviolation', (e) => violated(e.violatedDirective))"
)
_LEADS = """() => [...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(
    (e) => ['href', 'src', 'action', 'formaction'].filter((n) => e.hasAttribute(n)).map(
        (n) => new URL(e.getAttribute(n), document.baseURI).href))"""
# All fields of the form with this number, whatever their limits, and then it is sent.
_FILL = """([n, text]) => {
    const form = [...document.querySelectorAll('main form')][n];
    for (const field of form.querySelectorAll('input:not([type=hidden]), textarea, select')) {
        if (['file', 'radio', 'checkbox', 'submit', 'date'].includes(field.type)) continue;
        field.removeAttribute('maxlength');
        if (field.tagName === 'SELECT') field.add(new Option(text, text, true, true));
        else if (field.type === 'email' || field.type === 'url') field.type = 'text';
        field.value = text;
    }
    form.noValidate = true;
    form.requestSubmit();
}"""


def is_elsewhere(url: str) -> bool:
    return urlsplit(url).hostname == ELSEWHERE


@dataclass
class Watched:
    """A page, and all that it did which it should not do."""

    page: Page
    ran: list[str] = field(default_factory=list)
    violated: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.expose_function("ran", lambda: self.ran.append(self.page.url))
        self.page.expose_function("violated", lambda rule: self.violated.append(rule))
        self.page.add_init_script(_TELL)
        self.page.on("dialog", lambda dialog: (self.ran.append(dialog.message), dialog.dismiss()))
        self.page.context.on("request", lambda request: self.asked.append(request.url))

    def elsewhere(self) -> list[str]:
        return [url for url in self.asked if is_elsewhere(url)]

    def is_inert(self, where: str) -> None:
        """Nothing ran, asked or was reported, no link leads to where a stranger wants it to,
        and nothing that is not seen is in it."""
        self.page.wait_for_load_state("load")
        assert (self.ran, self.violated, self.elsewhere()) == ([], [], []), where
        leads: list[str] = self.page.evaluate(_LEADS)
        assert [at for at in leads if is_elsewhere(at) or not at.startswith("http")] == [], where
        assert UNSEEN & set(self.page.content()) == set(), where


@pytest.fixture(scope="module")
def chrome(browser: Path) -> Iterator[Browser]:
    with TemporaryDirectory() as scratch, chromium(Path(scratch), browser) as chrome:
        yield chrome


@pytest.fixture(scope="module")
def board() -> Iterator[Dashboard]:
    with TemporaryDirectory() as data, running(Path(data)) as board:
        for handful in HANDFULS:
            write(board, handful)
        for payload in EVERY:
            board.sources.append(a_feed(payload))
            board.store.failed(
                "wexcombe",
                payload,
                board.clock(),
                payload,
                again_in=timedelta(hours=1),
                needs_a_person=False,
            )
        board.add_account(AccountRole.HEAD)
        yield board


def write(board: Dashboard, handful: Sequence[str]) -> None:
    """One incident: each payload is a post, in each field of it; all are in its history."""
    incident = Incident(
        key=str(HANDFULS.index(handful)),
        school="wexcombe",
        opened_at=board.clock(),
        categories=frozenset({Category.THREAT}),
        severity=Severity.HIGH,
    )
    for number, payload in enumerate(handful):
        text = f"{payload} and {payload}"
        because = (
            Reason(category="threat", start=0, end=len(payload), text=payload, rule=payload),
            Reason(category=ABOUT_SCHOOL, start=2, end=9, text=text[2:9], rule=payload),
        )
        entry = Entry(
            school="wexcombe",
            mention=Mention(
                source=payload, external_id=payload, url=payload, text=text, author=payload
            ),
            place=f"{incident.key} {number}",
            story="",
            assessment=Assessment(
                about_school=True,
                relevance=1,
                model=payload,
                because=because,
                not_assessed=payload,
            ),
            seen_at=board.clock(),
            incident=incident,
            capture=CaptureMode.LINK if number == 0 else None,
        )
        assert board.store.keep(entry)
    case = next(c for c in board.store.cases() if c.incident.key == incident.key)
    for act in (Act.NOTE, Act.ASSIGNED, Act.CLOSED, Act.REOPENED):
        event = Event(
            act=act, at=board.clock(), by=handful[0], role="head", reason="\n".join(handful)
        )
        work(board.store, case.incident.number, event, TELLINGS)


@pytest.fixture
def watched(board: Dashboard, chrome: Browser) -> Watched:
    page = open_page(chrome, 1280)
    enter(page, board, f"{AccountRole.HEAD}@wexcombepark.example")
    return Watched(page)


def test_they_do_run_and_ask_where_nothing_stands_in_their_way(chrome: Browser) -> None:
    bare = Watched(open_page(chrome, 1280))
    bare.page.route(f"**/*{ELSEWHERE}/**", lambda route: route.abort())
    for payload in (*SCRIPT, *STYLE):
        bare.page.set_content(f"<p>{payload}</p>", wait_until="commit")
    bare.page.wait_for_timeout(200)
    assert len(bare.ran) >= 25
    assert len(set(bare.elsewhere())) >= 12


def test_on_no_page_does_anything_of_it_run_ask_or_hide(
    board: Dashboard, watched: Watched
) -> None:
    numbers = [case.incident.number for case in board.store.cases()]
    assert len(numbers) == len(HANDFULS)
    where = dict.fromkeys(path for number in numbers for _, path in pages(number))
    for path in (*where, "/sources?page=2", "/sources?page=3", "/sources?page=4"):
        answer = watched.page.goto(board.url + path)
        assert answer is not None
        assert answer.ok, path
        if "/steps" not in path:  # the sites' own forms are linked there, by us
            watched.is_inert(path)
    assert (watched.ran, watched.violated, watched.elsewhere()) == ([], [], [])


def test_in_no_form_does_any_of_it_run_ask_or_hide(board: Dashboard, watched: Watched) -> None:
    """All of them at once, in every field of every form, and what the page then says."""
    text = "\n".join(EVERY)
    number = board.store.cases()[0].incident.number
    sent = 0
    for path in [*(path for _, path in pages(number)), f"/incidents/{number}/hand-in"]:
        watched.page.goto(board.url + path)
        for form in range(watched.page.locator("main form").count())[
            : 2 if path.endswith(("/steps", "/sources")) else 99
        ]:
            watched.page.goto(board.url + path)
            there: list[str] = watched.page.eval_on_selector_all(
                "main form", "forms => forms.map((form) => form.getAttribute('action') ?? '')"
            )
            if form >= len(there) or there[form].endswith("/pack"):
                continue  # some things can be done only once; and a download shows no page
            with watched.page.expect_navigation():
                watched.page.evaluate(_FILL, [form, text])
            sent += 1
            assert "Something went wrong" not in watched.page.content(), (path, form)
            if "/steps" not in path:
                watched.is_inert(f"{path} form {form}")
    assert sent >= 12


def test_what_an_address_of_ours_is_given_is_only_shown(
    board: Dashboard, watched: Watched
) -> None:
    for handful in handfuls(30):
        joined = "\n".join(handful)
        for path in ("/report", "/incidents", "/sign-in"):
            names = ("url", "text", "next", "state", "severity", "assigned", "done", "page")
            query = "&".join(f"{name}={quote(joined, safe='')}" for name in names)
            watched.page.goto(f"{board.url}{path}?{query}")
            watched.is_inert(path)


def test_nothing_of_it_is_alive_on_paper(board: Dashboard, chrome: Browser) -> None:
    """The page that becomes the PDF, without any other wall around it; then one PDF."""
    paper = Watched(open_page(chrome, 1280))
    for case in board.store.cases():
        paper.page.set_content(as_html(case, (), Proofs(), "Wexcombe Park"))
        assert UNSEEN & set(paper.page.inner_text("body")) == set()
    assert (paper.ran, paper.elsewhere()) == ([], [])
    number = board.store.cases()[0].incident.number
    with board.browser() as client:
        board.enter(client, f"{AccountRole.HEAD}@wexcombepark.example")
        packed = client.post(f"/incidents/{number}/pack", data={"masked": "no"}).content
    with ZipFile(BytesIO(packed)) as pack:
        pdf = pack.read("report.pdf")
    for alive in (b"/URI", b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/EmbeddedFile"):
        assert alive not in pdf


STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def test_a_spreadsheet_takes_nothing_of_it_for_a_formula(board: Dashboard) -> None:
    rows = list(csv.reader(StringIO(log.as_csv(board.store.cases()))))
    assert len(rows) == 1 + len(EVERY)
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if _seen(cell).startswith(STARTS)] == []
    table = Table(title="=1+1", what="+1", rows=tuple((payload, payload) for payload in EVERY))
    sheet = load_workbook(BytesIO(as_xlsx(EVERY, [table]))).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def _seen(cell: str) -> str:
    """As it stands in the cell: without what is not seen before it."""
    return cell.lstrip(" \t\r\n" + "".join(UNSEEN))


def test_passwords_are_asked_for_by_our_form_alone(board: Dashboard, chrome: Browser) -> None:
    door = Watched(open_page(chrome, 1280))
    door.page.goto(f"{board.url}/sign-in")
    door.page.evaluate(_FILL, [0, "\n".join(EVERY)])
    door.page.get_by_text("There is a problem").wait_for()
    door.is_inert("the door")
    assert PASSWORD not in door.page.content()
