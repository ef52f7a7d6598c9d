"""HTML laid out on A4 by the browser. Runs in the worker."""

from __future__ import annotations

from playwright.async_api import BrowserContext

_FOOTER = (
    '<div style="font: 8pt sans-serif; width: 100%; text-align: center">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


async def lay_out(context: BrowserContext, html: str) -> bytes:
    """*html* as a PDF with numbered pages; no script of it runs."""
    page = context.pages[0]
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    await page.set_content(html, wait_until="load", timeout=20_000)
    return await page.pdf(
        format="A4",
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=_FOOTER,
        margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        tagged=True,
        outline=True,
    )
