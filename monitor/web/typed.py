"""What a person typed into a form whose session had ended."""

from __future__ import annotations

from fastapi import Request

_FORM = "application/x-www-form-urlencoded"
_FIELDS = {
    "link": "Address",
    "words": "Words",
    "place": "Where you saw it",
    "note": "Note",
    "reason": "Why you need to know",
}
_REASONS = "-reason"  # at the end of the name of a field


async def what_was_typed(request: Request) -> list[tuple[str, str]]:
    """What each field is called, and what stood in it; of fields for a person's own words only, so
    that no secret is among them. No file is read."""
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(_FORM):
        return []
    return [
        (_FIELDS.get(name, "What you wrote"), text)
        for name, text in (await request.form()).multi_items()
        if (name in _FIELDS or name.endswith(_REASONS)) and isinstance(text, str) and text.strip()
    ]
