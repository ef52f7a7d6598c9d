"""The page in forms that are no picture: its words, its DOM, MHTML, PDF, and certificates."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from alerts.evidence.look import Look
from alerts.evidence.report import CERTIFICATES, DOM, MHTML, PAGE_PDF, TEXT

MAX_TEXT = 2_000_000  # characters
MAX_COPY = 50_000_000  # bytes of one file
TEXT_SECONDS, DOM_SECONDS, MHTML_SECONDS, PDF_SECONDS = 4.0, 4.0, 6.0, 6.0
UNREADABLE = "The words of the page could not be read: it never stood still."


async def read_words(look: Look) -> None:
    """TEXT: what a reader sees; and the page's title."""
    report = look.report
    text = await look.pace.within(
        TEXT_SECONDS, look.page.inner_text("body", timeout=TEXT_SECONDS * 1000)
    )
    if text is None:
        report.notes.append(UNREADABLE)
        return
    if len(text) > MAX_TEXT:
        report.limits.append(f"Of the words, the first {MAX_TEXT:,} characters are kept.")
    look.keep(TEXT, text[:MAX_TEXT].encode("utf-8", "replace"))
    report.text = True
    report.title = (await look.pace.within(TEXT_SECONDS, look.page.title()) or "")[:500]


async def keep_copies(look: Look) -> None:
    await keep_dom(look)
    await _copy(look, MHTML, MHTML_SECONDS, _mhtml(look))
    await _copy(look, PAGE_PDF, PDF_SECONDS, _pdf(look))
    await _certificates(look)


async def keep_dom(look: Look) -> None:
    await _copy(look, DOM, DOM_SECONDS, _dom(look))


async def _copy(look: Look, name: str, seconds: float, making: Coroutine[Any, Any, bytes]) -> None:
    content = await look.pace.within(seconds, making)
    if content is None:
        look.report.limits.append(f"{name} could not be made in time.")
    elif len(content) > MAX_COPY:
        look.report.limits.append(f"{name} is larger than {MAX_COPY:,} bytes and was not kept.")
    else:
        look.keep(name, content)


async def _dom(look: Look) -> bytes:
    """As the browser holds it after scripts ran; asked of the browser, not of the page."""
    root = await look.session.send("DOM.getDocument", {"depth": 0})
    found = await look.session.send("DOM.getOuterHTML", {"nodeId": root["root"]["nodeId"]})
    return str(found["outerHTML"]).encode("utf-8", "replace")


async def _mhtml(look: Look) -> bytes:
    found = await look.session.send("Page.captureSnapshot", {"format": "mhtml"})
    return str(found["data"]).encode("utf-8", "replace")


async def _pdf(look: Look) -> bytes:
    wanted = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}
    found = await look.session.send("Page.printToPDF", wanted)
    return base64.b64decode(found["data"])


async def _certificates(look: Look) -> None:
    """CERTIFICATES: the chain of the page's site, as the browser accepted it."""
    parts = urlsplit(look.page.url)
    if parts.scheme != "https":
        return
    origin = {"origin": f"https://{parts.netloc}"}
    found = await look.pace.within(2.0, look.session.send("Network.getCertificate", origin))
    chain = [base64.b64decode(each) for each in (found or {}).get("tableNames", ())]
    if chain:
        pem = "".join(map(ssl.DER_cert_to_PEM_cert, chain))
        look.keep(CERTIFICATES, pem.encode())
