"""The mail that takes a term's report to the clerk of the governors: in words, and as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from alerts.body import Context
from alerts.deliver import CannotWrite
from alerts.figures import WITHHELD_MEANS
from alerts.governors import Report
from alerts.text import one_line, render
from monitor.counts import Period
from monitor.domain import Letter, Role
from monitor.words import ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A term's report; `pdf` is None where it could not be printed."""

    report: Report
    pdf: bytes | None = None


def none_made(_letter: Letter, _term: Period, _with_pdf: bool) -> Paper:
    raise CannotWrite("this part of the program makes no reports; let monitor run send it")


def subject(paper: Paper) -> str:
    return f"For the governors: {one_line(paper.report.name)}, what was said in public"


def file_name(paper: Paper) -> str:
    """Its days alone: a name may be a person's."""
    cover = paper.report.coverage
    return f"governors-report-{cover.start}-to-{cover.end}.pdf"


def body(letter: Letter, paper: Paper, context: Context) -> str:
    report = paper.report
    return render(
        "term.txt",
        school=one_line(context.school.name),
        term=one_line(report.name),
        period=report.period,
        sentences=report.sentences,
        with_pdf=paper.pdf is not None,
        link=_link(paper, context),
        command=f"monitor report --from {report.coverage.start} --to {report.coverage.end} "
        "--out report.pdf",
        withheld_means=WITHHELD_MEANS,
        instead="" if letter.role is Role.CLERK else ROLES[letter.role].lower(),
    )


def _link(paper: Paper, context: Context) -> str:
    where = f"school={quote(context.school.id, safe='')}&term={paper.report.coverage.start}"
    return f"{context.dashboard_url}/trends?{where}"
