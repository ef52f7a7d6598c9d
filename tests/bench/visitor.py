"""Visit every source of a configuration once, and say what that cost, as JSON.

`python -m tests.bench.visitor CONFIG`. Nothing is judged: what judging costs is measured by
itself. Everything else is as `monitor scan` does it, but for the pauses between requests.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

from monitor import settings
from monitor.app import App
from monitor.domain import Assessment, Mention, School, Sentiment
from tests.bench.cost import own_cpu


def main(config: Path) -> None:
    app = App(settings.load(config), assess=praised, gap=timedelta(0))
    print(json.dumps(_round(app)))
    app.close()


def praised(_mention: Mention, _school: School) -> Assessment:
    return Assessment(about_school=True, relevance=1, model="none", sentiment=Sentiment.POSITIVE)


def _round(app: App) -> dict[str, float]:
    """`cpu`: of the visits; `look`: of finding out, every minute, that nothing is due."""
    began = own_cpu()
    came = app.visitor.go(app.visitor.all())
    ended = own_cpu()
    if failed := [str(polled.error) for polled in came if polled.error]:
        raise SystemExit(f"{len(failed)} visits failed, the first with: {failed[0]}")
    app.visitor.due()
    return {
        "visits": len(came),
        "new": sum(polled.new for polled in came),
        "cpu": ended - began,
        "look": own_cpu() - ended,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
