"""How long each step of a visit may take, so that one that hangs does not stop the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from playwright.async_api import Error

_T = TypeVar("_T")


class Pace:
    """What is left of the time that a visit may take."""

    def __init__(self, seconds: float) -> None:
        self._end = asyncio.get_running_loop().time() + seconds

    @property
    def left(self) -> float:
        """Seconds; never less than none."""
        return max(0.0, self._end - asyncio.get_running_loop().time())

    async def within(self, seconds: float, step: Coroutine[Any, Any, _T]) -> _T | None:
        """What *step* gives; None when it fails, or is not done in *seconds* or what is left."""
        if not self.left:
            step.close()
            return None
        try:
            async with asyncio.timeout(min(seconds, self.left)):
                return await step
        except (Error, TimeoutError):
            return None
