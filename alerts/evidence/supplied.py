"""Evidence that a person hands in: a picture, or a mail saved as a file. Sealed like any other,
and marked for what it is: a person's word, which no machine has witnessed.

<root>/<id>/original.*     the file as it came, bit by bit
            display.png    of a picture: drawn anew for the screen, without hidden facts (where
                           and with what it was taken), which only the original keeps
            text.txt       of a mail: its words
            meta.json      by which account, when, of which kind
            manifest.json  SHA-256 of each of these
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from alerts.evidence.capture import already_there
from alerts.evidence.errors import Never, no_room
from alerts.evidence.picture_file import heic, left_over
from alerts.evidence.record import META
from alerts.evidence.report import TEXT
from alerts.evidence.seal import fresh_folder, publish, seal
from alerts.evidence.words import without_coded_content, words_of
from monitor.domain import CaptureMode, Evidence, EvidenceState, Shows

MARK = "Human-supplied, not machine-witnessed."
DISPLAY = "display.png"
LARGEST = 25_000_000  # bytes; a telephone's pictures have 15 million at most
MOST_PIXELS = 40_000_000
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}


class Refused(Never):
    """It may not, or cannot, be kept; nothing of it was."""


NOT_SAID = (
    "Nothing was kept. First say that no picture in it could be an indecent picture of anybody "
    "under 18, or an intimate one of anybody. If one could be, or you are not sure: do not copy, "
    "print or pass it on, and tell the safeguarding lead. Police: 101, or 999 in danger."
)
BARRED = (
    "Nothing was kept: in this incident a picture could be indecent, so none is kept or passed "
    "on. Do not copy, print or pass on the file, and tell the safeguarding lead. Police: 101, or "
    "999 in danger."
)
_OTHER = "Hand in a picture (PNG, JPEG, WebP or GIF), or a mail saved as a file (.eml)."
_MORE = "Nothing was kept: after the end of the picture the file holds something else."
_HEIC = (
    "Nothing was kept: this is a HEIC picture, which few programs can show. Take a screenshot of "
    "it, and hand that in."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """`read` yields the file, and is not called where the rule about pictures forbids it.

    `no_indecent_picture`: the person has said so, in so many words. `pictures_allowed`: of the
    incident it belongs to. `by`: an account's id, or another id that names nobody.
    """

    id: str
    school: str
    by: str
    read: Callable[[], bytes]
    no_indecent_picture: bool
    pictures_allowed: bool = True


def keep_supplied(supply: Supply, root: Path, now: datetime, *, encrypt_to: str = "") -> Evidence:
    """Seal it in `root/<id>`, whole or not at all. Raises Refused, and CannotKeep when the disk
    refuses."""
    if not supply.pictures_allowed:
        raise Refused(BARRED)
    if not supply.no_indecent_picture:
        raise Refused(NOT_SAID)
    content = supply.read()
    if not 0 < len(content) <= LARGEST:
        raise Refused(f"The file is empty, or larger than {LARGEST // 1_000_000} MB. {_OTHER}")
    try:
        return _keep(supply, content, root, now, encrypt_to)
    except OSError as fault:
        raise no_room(fault, "The evidence") from fault


def _keep(supply: Supply, content: bytes, root: Path, now: datetime, encrypt_to: str) -> Evidence:
    final = root / supply.id
    if final.exists():  # sealed in an earlier life, which ended before it was written down
        return already_there(final)
    temporary = fresh_folder(root / f".tmp-{supply.id}")
    try:
        kind = _write_picture(content, temporary) or _write_mail(content, temporary)
        meta = _meta(supply, kind, now)
        (temporary / META).write_text(json.dumps(meta, indent=2) + "\n")
        sealed = seal(
            temporary,
            capture=supply.id,
            mode=CaptureMode.FULL,
            encrypt_to=encrypt_to,
            made={name: meta[name] for name in ("ended_at", "note", "shows", "state")},
        )
        publish(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Evidence(
        id=supply.id,
        mode=CaptureMode.FULL,
        state=EvidenceState.SEALED,
        captured_at=now.astimezone(UTC),
        manifest_sha256=sealed.manifest_sha256,
        files=sealed.files,
        note=f"{MARK} Handed in by {supply.by}.",
        shows=Shows.SUPPLIED,
    )


def _meta(supply: Supply, kind: str, now: datetime) -> dict[str, str]:
    """No file name: people put names in them."""
    return {
        "capture": supply.id,
        "school": supply.school,
        "mode": CaptureMode.FULL.value,
        "state": EvidenceState.SEALED.value,
        "shows": Shows.SUPPLIED.value,
        "how": MARK,
        "note": f"{MARK} Handed in by {supply.by}.",
        "kind": kind,
        "supplied_by": supply.by,
        "started_at": now.isoformat(),
        "ended_at": now.isoformat(),
        "said_of_pictures": "No picture in it could be indecent or intimate, said the person.",
    }


def _write_picture(content: bytes, folder: Path) -> str | None:
    """Its kind; None if it is no picture. Of a moving one, the display copy is the first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(_ENDINGS)) as picture:
                kind = str(picture.format)
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(f"The picture has more than {MOST_PIXELS // 1_000_000}m dots.")
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
        raise Refused(f"The picture is far too large. {_OTHER}") from fault
    except (OSError, ValueError, SyntaxError, EOFError):
        return None
    if left_over(kind, content):
        raise Refused(f"{_MORE} Take the screenshot, or save the picture, anew.")
    clean = Image.new("RGB", upright.size, "white")  # nothing comes along but the dots
    clean.paste(upright, mask=upright.getchannel("A"))
    clean.save(folder / DISPLAY, "PNG")
    (folder / f"original.{_ENDINGS[kind]}").write_bytes(content)
    return kind


def _write_mail(content: bytes, folder: Path) -> str:
    """Raises Refused for what is no mail either."""
    if heic(content):
        raise Refused(_HEIC)
    mail = message_from_bytes(content, policy=policy.default)
    if not isinstance(mail, EmailMessage) or not (mail["From"] and mail["Date"]):
        raise Refused(f"Nothing was kept: this is neither a picture nor a mail. {_OTHER}")
    (folder / TEXT).write_text(_words(mail), encoding="utf-8", errors="replace")
    (folder / "original.eml").write_bytes(content)
    return "mail"


def _words(mail: EmailMessage) -> str:
    head = "\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Date", "Subject"))
    try:
        body = mail.get_body(("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError):
        return head
    html = body is not None and body.get_content_type() == "text/html"
    return f"{head}\n\n{words_of(text) if html else without_coded_content(text)}"
