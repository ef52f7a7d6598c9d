"""Telling very much: a crisis of many posts about one school within an hour, many letters and
two workers. The whole is BENCH_POSTS=10000 BENCH_LETTERS=1000. Times are by this machine's clock
where they are seconds, and by the program's where they are minutes."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.bench.table import Figure, Section
from tests.crisis import HIT, a_town
from tests.integration.test_sigkill import promised, side_by_side
from tests.smtp import SmtpServer

TITLE = "Telling very much"
_NOTE = (
    "one of ten schools is hit, and each of the others has one matter of its own in that hour; "
    "what is high gives its screenshot 90 seconds. The letters leave by two workers side by side"
)


def tellings() -> Section:
    return Section(title=TITLE, figures=(*_crisis(), *_letters()), note=_NOTE)


def _crisis() -> list[Figure]:
    posts = int(os.environ.get("BENCH_POSTS", "1200"))
    with tempfile.TemporaryDirectory() as folder, a_town(Path(folder)) as town:
        begun = time.perf_counter()
        town.an_hour(-(-posts // 12))
        took = time.perf_counter() - begun
        mails = float(len(town.mails_to(HIT)))
        waited = tuple(delay / timedelta(minutes=1) for delay in town.delays)
    hour = f"{posts:,} posts in an hour"
    return [
        Figure(what=f"{hour}: mails to that school", unit="mails", values=(mails,), decimals=0),
        Figure(what=f"{hour}: another school waits", unit="minutes", values=waited, decimals=1),
        Figure(what=f"{hour}: written down and told in", unit="s", values=(took,), decimals=0),
    ]


def _letters() -> list[Figure]:
    number = int(os.environ.get("BENCH_LETTERS", "200"))
    with tempfile.TemporaryDirectory() as folder, SmtpServer() as smtp:
        url = f"sqlite:///{Path(folder) / 'outbox.db'}"
        promised(url, number)
        begun = time.perf_counter()
        side_by_side(url, smtp)
        took = time.perf_counter() - begun
        copies = Counter(str(received.message["Message-ID"]) for received in smtp.messages)
    missing, double = float(number - len(copies)), float(sum(copies.values()) - len(copies))
    what = f"{number:,} letters, two workers"
    return [
        Figure(what=f"{what}: not sent", unit="letters", values=(missing,), decimals=0),
        Figure(what=f"{what}: sent twice", unit="letters", values=(double,), decimals=0),
        Figure(what=f"{what}: sent in", unit="s", values=(took,), decimals=0),
    ]
