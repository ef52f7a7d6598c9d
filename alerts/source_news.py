"""What stands in a mail about sources: where we are blind, who must act, and what to do next.

It names nobody and quotes nothing: the names of sources are the school's own, and what is
wrong is said in our words.
"""

from __future__ import annotations

from collections.abc import Mapping

from alerts.body import Context
from alerts.text import one_line, render, table, uk_time
from monitor.health import Actor, Ailment, News, Notice
from monitor.health_words import MEANS, WHO, who, wrong
from monitor.words import many

_CHECK = 'Run "monitor check": it tries the source at once and says in words what is wrong.'
_SINCE_THEN = (
    "When it is read again, we read what was written meanwhile as far as the site still shows it. "
    "Until then, look at the place yourselves now and then."
)

_BROKEN: Mapping[Actor, tuple[str, ...]] = {
    Actor.NOBODY: (
        "See whether the site opens in a browser, and whether it has moved.",
        f"Pass this mail to whoever looks after the program. {_CHECK}",
    ),
    Actor.OFFICE: (
        "Look at the place yourselves now and then; no program will do it for you.",
        "Find another way in, such as the site's feed, or take the source out of the "
        "configuration, so that nobody counts on it.",
    ),
    Actor.KEY_HOLDER: (
        "Sign in at the site with the school's account, and see whether the key is still valid "
        "and paid for.",
        "Enter a new key where the configuration says that it is kept.",
        _CHECK,
    ),
    Actor.TECHNICIAN: (
        "Pass this mail to whoever looks after the program.",
        "Correct the address of this source in the configuration.",
        _CHECK,
    ),
    Actor.MAKERS: (
        "Pass this mail to whoever looks after the program.",
        "Report it to the makers of the program, with the words after 'What is wrong'.",
    ),
}
_UNPROVEN = (
    "Search by hand, in the same search engine, for the school's name and its website.",
    "If the engine has never known the website, name words that it does know as must_find of "
    "this source, or take the source out.",
    f"Otherwise pass this mail to whoever looks after the program. {_CHECK}",
)
_QUIET = (
    "Open the place in a browser. Is there anything newer than the last find?",
    f"If so, we do not see it: pass this mail to whoever looks after the program. {_CHECK}",
    "If not, nothing is wrong. If it is always so quiet, set quiet_after of this source.",
)


def subject(notices: tuple[Notice, ...]) -> str:
    """Read on locked screens; so no source is named."""
    blind = _names(notices, ended=False)
    if not blind:
        return f"Works again: {many(len(_names(notices, ended=True)), 'place')}"
    still = all(n.news is not News.TROUBLE for n in notices)
    who = "Reminder: the" if still else "The"
    return f"{who} monitor may be blind in {many(len(blind), 'place')}"


def body(notices: tuple[Notice, ...], context: Context) -> str:
    return render(
        "sources.txt",
        lead=_lead(notices, one_line(context.school.name)),
        entries=[_entry(notice) for notice in notices],
        link=f"{context.dashboard_url}/sources",
        footer=[
            "You are told once when a source goes blind and once when it is mended; in between "
            "you are reminded, on three days and then every week (of mere silence, every week).",
            one_line(context.guidance.disclaimer),
        ],
    )


def _lead(notices: tuple[Notice, ...], school: str) -> str:
    blind = _names(notices, ended=False)
    if not blind:
        return f"{school}: what could not be relied upon works again. Nobody need do anything."
    places = "one place that is" if len(blind) == 1 else f"{len(blind)} places that are"
    return (
        f"{school}: the monitor may be blind in {places} watched for the school. That nothing "
        "is reported from there does not mean that nothing was written. The other sources are "
        "watched as before."
    )


def _names(notices: tuple[Notice, ...], *, ended: bool) -> set[str]:
    return {n.health.source for n in notices if (n.news is News.MENDED) is ended}


def _entry(notice: Notice) -> dict[str, object]:
    name, since = one_line(notice.health.source), uk_time(notice.ailing.since)
    if notice.news is News.MENDED:
        facts = [("Trouble", _WAS[notice.ailing.ailment]), ("Since", since)]
        facts.append(("Mended", uk_time(notice.at)))
        return {"title": f"{name}: works again", "facts": table(facts, "  "), "do": ()}
    still = "still " if notice.news is News.REMINDER else ""
    return {
        "title": f"{name}: {still}{_IS[notice.ailing.ailment]}",
        "facts": table(_facts(notice, since), "  "),
        "do": _steps(notice),
    }


_IS = {
    Ailment.BROKEN: "cannot be read",
    Ailment.UNPROVEN: "does not find what it must",
    Ailment.QUIET: "unusually quiet",
}
_WAS = {
    Ailment.BROKEN: "It could not be read.",
    Ailment.UNPROVEN: "It did not find what it must.",
    Ailment.QUIET: "It was quiet for much longer than usual.",
}


def _facts(notice: Notice, since: str) -> list[tuple[str, str]]:
    health = notice.health
    read, find = health.last_success_at, health.last_find_at
    return [
        ("Since", since),
        ("What is wrong", one_line(wrong(health))),
        ("What it means", f"{MEANS[notice.ailing.ailment]} {_then(notice)}".strip()),
        ("Last read", uk_time(read) if read else "never"),
        ("Last find", uk_time(find) if find else "never"),
        ("Who must act", WHO[who(health)]),
    ]


def _then(notice: Notice) -> str:
    return _SINCE_THEN if notice.ailing.ailment is Ailment.BROKEN else ""


def _steps(notice: Notice) -> tuple[str, ...]:
    if notice.ailing.ailment is Ailment.BROKEN:
        actor = notice.health.actor if notice.health.error else Actor.NOBODY
        return _BROKEN[actor]
    return _UNPROVEN if notice.ailing.ailment is Ailment.UNPROVEN else _QUIET
