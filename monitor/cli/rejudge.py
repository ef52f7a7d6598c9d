"""Trying a change of the judging before it takes effect: rejudge."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer

from monitor.cli.common import CONFIG, AsJson, ConfigPath, SchoolId, one_of, opened, say


def rejudge(
    days: Annotated[int, typer.Option(min=1, max=3660, help="how far back")] = 30,
    school: SchoolId = None,
    show: Annotated[int, typer.Option(min=0, help="how many posts to name")] = 20,
    as_json: AsJson = False,
    config: ConfigPath = CONFIG,
) -> None:
    """What the posts of the last days would be judged as today. Nothing is written or sent.

    After an update, or with another configuration (--config), it says which posts would come out
    differently: which would alert somebody, which no longer would. The log stays as it is.
    """
    from monitor import rejudging

    with opened(config) as app:
        if school is not None:
            one_of(app.schools, school, "school")
        since = app.clock() - timedelta(days=days)
        done = rejudging.together(
            [
                rejudging.rejudge(app.schools[each], app.store.judged(each, since), app.assess)
                for each in ([school] if school else app.schools)
            ]
        )
    if as_json:
        say(json.dumps(rejudging.to_json(done, days, since), ensure_ascii=False))
    else:
        say("\n".join(rejudging.in_words(done, days, show)))
