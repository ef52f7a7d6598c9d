"""What lies on top of an evidence pack: the case, and how to check it, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.evidence.verifier import Problem
from alerts.evidence.words import without_coded_content
from monitor.domain import CaptureMode, Case, Evidence, Mention, Shows, Sighting, Told
from monitor.wire import moment

_LONDON = ZoneInfo("Europe/London")
_HOW = {
    CaptureMode.FULL: "The page was opened in a web browser that was not logged in anywhere, "
    "as any visitor would see it. A picture of the whole page and its words were kept.",
    CaptureMode.TEXT: "Only the words of the page were fetched and kept, and no picture.",
    CaptureMode.LINK: "Nothing was fetched from the page. The address and the words are kept "
    "as the search gave them.",
}
_SUPPLIED = (
    "A person handed this in. It is kept as it came and cannot have changed since, but no program "
    "has witnessed how it came about: human-supplied, not machine-witnessed."
)
README = """\
EVIDENCE PACK

incident.txt    what was found, where and when, and how it was recorded
incident.json   the same for computers
report.pdf      the same to read and to print, if there was a browser to make it with
custody.json    who did what to the evidence; of other evidence only the digests of entries
timestamps/     what outside authorities signed (.tsr), and their certificates (.pem)
verify.py       checks that nothing was changed since it was recorded; verifier/ belongs to it
one folder for each piece of evidence:
    source.json     the post as the search gave it
    text.txt        the words of the page
    meta.json       when and how the page was opened, and what could not be recorded
    manifest.json   the SHA-256 of each file, made at the moment of recording
and where the page was opened with its pictures, as far as each could be made:
    screenshot.png        the whole page as it came; of a very long one the rest is in
                          screenshot-tile-2.png and so on
    screenshot-after.png  the page after scrolling, or after a banner was put away
    dom.html, page.mhtml, page.pdf, capture.wacz
                          the page in forms that other programs can open. They may hold
                          programs of the page: open them on a computer that may be lost
    certificates.pem      the certificates with which the site proved its name
What was not the post (a login, an empty page) has not-the-post- before its name.
What a person handed in is there as original.png, .jpg, .webp, .gif or .eml; display.png is a
copy of it without hidden facts.
Where manifest.json has a part called "locked", the school keeps these files encrypted: it lists
that form of each, which is not in the pack.
In a masked pack only manifest.json is there, and names are left out of the papers.

HOW TO CHECK IT

1. Unpack this ZIP into an empty folder.
2. On any computer with Python 3.8 or later, which is free from python.org, and nothing
   else, open a terminal in that folder and type
       python verify.py
3. It answers "Unchanged", or names every file that was changed, added, removed, renamed
   or swapped.
4. That shows only that the pack agrees with itself: whoever changes files can also make the
   lists of them anew. So ask the school for the number that was printed at export (the
   SHA-256 of incident.json), and not by way of whoever gave you this pack. Then type
       python verify.py . NUMBER
   Or compare each "SHA-256 of the manifest" in incident.txt with the one in the school's
   incident log. If they are equal, the files are those that were recorded.

The same can be done without verify.py: each SHA-256 in manifest.json is that of the file
itself, as sha256sum (Linux), shasum -a 256 (macOS) or certutil -hashfile (Windows) show it.

A time stamp needs openssl, which most systems have, and nothing of ours. ID is the name of a
folder, N a number:
    openssl ts -verify -data ID/manifest.json -in timestamps/ID.N.tsr -CAfile timestamps/ID.N.pem

What the pack does not prove: that the page showed the same to everybody, or who wrote it.
What the monitor concluded stands in incident.txt and never in the recorded files.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One piece of evidence in the pack; `folder` is None when it is not on this computer.

    `left_out`: files that are not copied, and `why` not.
    """

    evidence: Evidence
    folder: Path | None
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    why: str = ""


def in_plain_words(case: Case, packed: tuple[Packed, ...]) -> str:
    """The whole of incident.txt."""
    return "\n".join((*_summary(case), *_findings(case), *_records(packed), *_told(case.told)))


def how(evidence: Evidence) -> str:
    """How it came about, for people."""
    return _SUPPLIED if evidence.shows is Shows.SUPPLIED else _HOW[evidence.mode]


def words(case: Case, sighting: Sighting) -> str:
    """The post's words; in a case without pictures, also none in disguise."""
    text = sighting.mention.text
    return text if case.incident.pictures_allowed else without_coded_content(text)


def _summary(case: Case) -> Iterator[str]:
    incident = case.incident
    yield f"INCIDENT {incident.number or incident.key}"
    yield ""
    yield f"School:      {incident.school}"
    yield f"Opened:      {when(incident.opened_at)}"
    yield f"State:       {incident.state.value}"
    yield f"Severity:    {incident.severity.value}"
    kinds = sorted(c.value.replace("_", " ") for c in incident.categories)
    yield f"Concern:     {', '.join(kinds) or 'none of the named kinds'}"
    if not incident.pictures_allowed:
        yield "Pictures:    none kept or passed on, because one could be indecent. Do not open"
        yield "             the address to look. Police: 101, or 999 in danger. report.iwf.org.uk"


def _findings(case: Case) -> Iterator[str]:
    for count, sighting in enumerate(case.sightings, 1):
        mention = sighting.mention
        yield ""
        yield f"FOUND {count}"
        yield f"Where:       {mention.url or 'no address given'}"
        yield f"Search:      {mention.source}, its number {mention.external_id}"
        yield f"Author:      {mention.author or 'not given'}"
        yield f"Written:     {when(mention.published_at)} (as the site says)"
        if mention.published_as:
            yield f'             the site writes it "{mention.published_as}"'
        if mention.answers:
            yield f"Answers:     {mention.answers}"
        if mention.counts:
            yield f"Counted:     {counted(mention)} (as the site said when it was read)"
        yield f"First seen:  {when(sighting.first_seen_at)}"
        yield from _said(case, sighting)
        for revision in sighting.editions[1:]:
            yield f"Changed:     {when(revision.first_seen_at)} (found so by us)"
            yield f"Changed:     {when(revision.mention.edited_at)} (as the site says)"
            yield from _said(case, revision)


def counted(mention: Mention) -> str:
    """How often it was liked, shared and so on: "likes 3, views about 1,200"."""
    return ", ".join(
        f"{what.removesuffix('_about')} {'about ' * what.endswith('_about')}{often:,}"
        for what, often in mention.counts
    )


def _said(case: Case, sighting: Sighting) -> Iterator[str]:
    yield "Words:"
    yield from (f"    {line}" for line in words(case, sighting).splitlines())
    yield from _reasons(case, sighting)


def _reasons(case: Case, sighting: Sighting) -> Iterator[str]:
    for reason in sighting.assessment.because:
        quoted = (
            reason.text if case.incident.pictures_allowed else without_coded_content(reason.text)
        )
        yield f'Flagged:     {reason.category.replace("_", " ")}, for the words "{quoted}"'
    if sighting.assessment.not_assessed:
        yield f"Not judged:  {sighting.assessment.not_assessed}"


def _records(packed: tuple[Packed, ...]) -> Iterator[str]:
    for count, record in enumerate(packed, 1):
        evidence = record.evidence
        yield ""
        yield f"EVIDENCE {count}"
        yield f"Folder:      {evidence.id if record.folder else 'not on this computer'}"
        yield f"Recorded:    {when(evidence.captured_at)}"
        yield f"How:         {how(evidence)}"
        if evidence.note:
            yield f"Note:        {evidence.note}"
        yield f"SHA-256 of the manifest: {evidence.manifest_sha256}"
        yield from (f"    {f.sha256}  {f.bytes:>10,} bytes  {f.name}" for f in evidence.files)
        for name in record.left_out:
            yield f"Left out:    {name}, because {record.why}"
        for problem in record.problems:
            yield f"NOT AS IT WAS SEALED: {problem.sentence}"
    if not packed:
        yield from ("", "No evidence has been recorded yet.")


def _told(told: tuple[Told, ...]) -> Iterator[str]:
    for one in told:
        role = one.role.value.replace("_", " ")
        yield ""
        yield f"Told:        {role}, by {one.channel}, {one.state.value}, {when(one.sent_at)}"
    yield ""


def when(time: datetime | None) -> str:
    if time is None:
        return "not known"
    return f"{moment(time)} (UK time {time.astimezone(_LONDON):%d %B %Y, %H:%M})"
