"""Watching over the program itself: watchdog."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor import settings
from monitor.cli.common import CONFIG, ConfigPath, Failed, say


def watchdog(config: ConfigPath = CONFIG) -> None:
    """Look once whether the monitor is alive; tell the office if it is not. For a timer."""
    from monitor.watchdog import watch

    done = watch(settings.load(config), datetime.now(UTC))
    for sentence in done.sentences:
        say(sentence)
    if done.unheard:
        raise Failed(done.unheard)
