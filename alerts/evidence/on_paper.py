"""An evidence pack on A4: what was found, how it was recorded, seals, custody. As HTML."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from alerts.evidence.at_rest import Key
from alerts.evidence.cover import Packed, counted, how, when, words
from alerts.evidence.proofs import Proofs
from alerts.evidence.record import META
from alerts.evidence.report import SCREENSHOT
from alerts.evidence.seal import read_file, read_sealed
from alerts.evidence.supplied import DISPLAY
from alerts.masking import GAP
from monitor.custody import Link
from monitor.domain import Case, Evidence, Shows, Sighting
from monitor.visible import shown

MOST_PIXELS = 40_000_000  # of a screenshot that is cut up for paper; it takes 4 bytes for each
PAGE_SHAPE = 1.28  # height of what fits under its heading on A4, by its width
MOST_PAGES = 8  # of one screenshot

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=shown,
)
_PAGES.filters["when"] = when
_DEEDS = {
    "adopted": "was there when this log began",
    "captured": "was recorded",
    "supplied": "was handed in by a person",
    "timestamped": "was stamped by an outside authority",
    "viewed": "was looked at",
    "mailed": "was mailed within the school",
    "re-checked": "was looked for again",
    "exported": "was put into a pack",
    "packed": "the pack was finished",
    "erased": "was erased",
}


def as_html(case: Case, packed: Sequence[Packed], proofs: Proofs, school: str) -> str:
    """The whole paper; pictures only of what the pack itself holds."""
    return _PAGES.get_template("evidence.html").render(
        case=case,
        school=school,
        masked=proofs.masked,
        posts=[_post(case, sighting) for sighting in case.sightings],
        records=[_record(record, proofs) for record in packed],
        deeds=[_deed(link) for link in proofs.told(case)],
        head=proofs.links[-1] if proofs.links else None,
        made_at=proofs.at,
    )


def _post(case: Case, sighting: Sighting) -> dict[str, object]:
    mention = sighting.mention
    return {
        "mention": mention,
        "first_seen_at": sighting.first_seen_at,
        "number": "" if mention.external_id in (GAP, mention.url) else mention.external_id,
        "counted": counted(mention),
        "words": words(case, sighting),
        "changes": [(e.first_seen_at, words(case, e)) for e in sighting.editions[1:]],
    }


def _record(record: Packed, proofs: Proofs) -> dict[str, object]:
    evidence = record.evidence
    there = record.folder is not None
    return {
        "evidence": evidence,
        "there": there,
        "how": how(evidence),
        "facts": list(_facts(record, proofs.key)) if there and META not in record.left_out else [],
        "left_out": record.left_out,
        "problems": record.problems,
        "stamps": [stamp for stamp in proofs.stamps if stamp.capture == evidence.id],
        "screenshot": _screenshot(record, evidence, proofs.key),
    }


def _facts(record: Packed, key: Key) -> Iterator[tuple[str, str]]:
    """From meta.json: what an expert asks for first."""
    assert record.folder is not None
    try:
        meta = json.loads(read_file(record.folder / META, key))
    except (OSError, ValueError):
        return
    page, made = meta.get("page") or {}, meta.get("made_with") or {}
    yield "Begun", _moment(meta.get("started_at"))
    yield "Ended", _moment(meta.get("ended_at"))
    if meta.get("supplied_by"):
        yield "Handed in by", str(meta["supplied_by"])
        return
    yield "Address asked for", str(meta.get("requested_url", ""))
    if page:
        yield "Address in the end", str(page.get("final_url", ""))
        yield "The site's answer", f"HTTP {page.get('status')}, {page.get('protocol') or 'text'}"
    yield "Software", ", ".join(f"{name} {made[name]}" for name in _SOFTWARE if made.get(name))
    yield "Signed in", "nowhere: the page was seen as any visitor sees it"


_SOFTWARE = ("monitor", "browser", "playwright", "python", "system")


def _moment(text: object) -> str:
    try:
        return when(datetime.fromisoformat(str(text)))
    except ValueError:
        return "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A tall picture in pieces that fit on a page each, as data: addresses. `note` says what
    of it is not on paper."""

    pieces: tuple[str, ...] = ()
    note: str = ""


def _screenshot(record: Packed, evidence: Evidence, key: Key) -> Cut:
    name = DISPLAY if evidence.shows is Shows.SUPPLIED else SCREENSHOT
    if record.folder is None or name in record.left_out:
        return Cut()
    content = read_sealed(record.folder.parent, evidence, name, key)
    return cut_up(content) if content else Cut()


def cut_up(png: bytes) -> Cut:
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return _NOT_ON_PAPER
            whole = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _NOT_ON_PAPER
    tall = max(1, int(whole.width * PAGE_SHAPE))
    tops = range(0, whole.height, tall)
    return Cut(
        pieces=tuple(
            _piece(whole, top, min(top + tall, whole.height)) for top in tops[:MOST_PAGES]
        ),
        note=_GOES_ON if len(tops) > MOST_PAGES else "",
    )


_GOES_ON = "The picture goes on below this. The whole of it is in the pack."
_NOT_ON_PAPER = Cut(note="The picture could not be put on paper. It is in the pack.")


def _piece(whole: Image.Image, top: int, bottom: int) -> str:
    out = BytesIO()
    whole.crop((0, top, whole.width, bottom)).save(out, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def _deed(link: Link) -> dict[str, str]:
    what = _DEEDS.get(link.act, link.act)
    return {
        "n": str(link.n),
        "at": _moment(link.moment.replace("Z", "+00:00")),
        "what": f"{link.subject} {what}" + (f" ({link.outcome})" if link.outcome else ""),
        "who": link.actor,
        "sha256": link.sha256,
    }
