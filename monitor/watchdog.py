"""Watches over the monitor from outside: a process of its own, with its own timer and mail path.

It reads and never writes what it watches, and comes to an answer whatever state that is in.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from alerts.channels.contract import Channel, ChannelError
from alerts.channels.email import Email
from alerts.deliver import to_bytes
from alerts.envelope import note
from alerts.evidence.launcher import built_at, find_browser
from monitor import alarm_words
from monitor.alarms import Alarm, Known, Limits, Memory, Seen, Verdict, judge, told
from monitor.certificate import BadCertificate
from monitor.dashboard_settings import Dashboard
from monitor.domain import Role
from monitor.egress import Egress
from monitor.posting import PostRoom
from monitor.secret import MissingSecret
from monitor.settings import Settings
from monitor.store.database import StoreError
from monitor.store.pulse import read_pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one look came to: sentences for whoever started it. `unheard`: people should have
    been told, and none of them could be."""

    sentences: tuple[str, ...]
    unheard: str = ""


def watch(settings: Settings, now: datetime, *, room: PostRoom | None = None) -> Watched:
    """Look once; tell the office, or else the head, what is wrong and what is mended; remember."""
    web = room or PostRoom(Egress(frozenset(settings.network.allow)))
    seen = look(settings, now)
    memory = _Memory(settings.data_dir)
    limits = Limits(
        without_reading=timedelta(hours=settings.watchdog.hours),
        free_bytes=settings.watchdog.free_mb * 1_000_000,
    )
    before = memory.read()
    verdict = judge(seen, before, now, limits)
    said = tuple(
        alarm_words.sentence(alarm, known.since, seen) for alarm, known in verdict.raised.items()
    )
    unheard = _tell(verdict, seen, settings, web, now) if verdict.say or verdict.over else ""
    memory.write(_remembered(verdict, before, now, unheard=bool(unheard)))
    if not verdict.raised and not unheard:
        unheard = _ping(settings, web)
    return Watched(sentences=said or ("The monitor is alive.",), unheard=unheard)


def _remembered(verdict: Verdict, before: Memory, now: datetime, *, unheard: bool) -> Memory:
    """Since when each trouble is so, even while nobody can be told: it must come of age. What
    nobody heard is still to be told, its end included."""
    if unheard:
        return {**verdict.memory, **{alarm: before[alarm] for alarm in verdict.over}}
    return told(verdict, now) if verdict.say else verdict.memory


def look(settings: Settings, now: datetime) -> Seen:
    around = Seen(
        pulse=None,
        free_bytes=_free(settings.data_dir),
        browser_from=_browser_from(),
        certificate_to=_certificate_to(settings.dashboard),
    )
    try:
        pulse = read_pulse(settings.database_url(), now, key=settings.key_of_database())
    except (StoreError, MissingSecret, OSError) as error:
        return replace(around, why=str(error))
    return replace(around, pulse=pulse)


def _free(folder: Path) -> int | None:
    """On the disk where the data lie, or would lie."""
    for place in (folder, *folder.absolute().parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def _browser_from() -> datetime | None:
    """A package keeps the day on which its files were made. To start the browser only to ask
    would be to run it once more than needed."""
    browser = find_browser()
    with suppress(OSError):
        return built_at(browser) if browser else None
    return None


def _certificate_to(wanted: Dashboard) -> datetime | None:
    """One that cannot be read keeps the dashboard from starting, which says so itself."""
    with suppress(BadCertificate):
        return wanted.proof.ends_at() if wanted.proof else None
    return None


def _tell(verdict: Verdict, seen: Seen, settings: Settings, web: PostRoom, now: datetime) -> str:
    """Why nobody could be told; empty if somebody was."""
    paths, people = list(_paths(settings, web)), _people(settings, now)
    if not paths or not people:
        return "There is nobody to tell, or no way to send mails. Add [alerts.email] and office."
    failures = [_send(verdict, seen, one, paths, now) for one in people]
    return failures[0] if all(failures) else ""


def _paths(settings: Settings, web: PostRoom) -> Iterator[Channel]:
    """Its own way first; the monitor's own may be what is broken."""
    if settings.watchdog.email is not None:
        yield Email(settings.watchdog.email, web=web)
    if (channel := settings.alerts.channel(web)) is not None:
        yield channel


def _people(settings: Settings, now: datetime) -> list[str]:
    """The office of each school, or its head; and whoever looks after the computer."""
    rosters = [school.roster(now.date()) for school in settings.schools]
    offices = [roster.address(roster.standing(Role.OFFICE)) for roster in rosters]
    return list(dict.fromkeys(one for one in (*offices, *settings.watchdog.tell) if one))


def _send(
    verdict: Verdict, seen: Seen, recipient: str, paths: Sequence[Channel], now: datetime
) -> str:
    why = ""
    for channel in paths:
        message = note(
            subject=alarm_words.subject(verdict),
            paragraphs=alarm_words.paragraphs(verdict, seen),
            sender=channel.sender,
            recipient=recipient,
            at=now,
            identity=_identity(verdict, recipient, channel.sender),
        )
        try:
            channel.send(to_bytes(message), sender=channel.sender, recipient=recipient)
        except ChannelError as error:
            why = str(error)
        else:
            return ""
    return why


def _identity(verdict: Verdict, recipient: str, sender: str) -> str:
    """The same news to the same person is the same mail, if it is told again because the
    watcher was killed before it could remember."""
    news = [f"{a}:{k.since.isoformat()}:{k.times}" for a, k in sorted(verdict.raised.items())]
    parts = "\n".join((*news, *verdict.over, recipient))
    name = hashlib.sha256(parts.encode()).hexdigest()[:32]
    return f"<watchdog-{name}@{sender.rpartition('@')[2]}>"


def _ping(settings: Settings, web: PostRoom) -> str:
    """All is well: say so to a check outside, which raises the alarm when it hears nothing."""
    if settings.watchdog.ping is None:
        return ""
    try:
        said = web.get(settings.watchdog.ping.reveal(), params={}, headers={})
    except (ChannelError, MissingSecret) as error:
        return f"The outside check could not be told that all is well: {error}"
    if said.status >= 400:
        return f"The outside check answered {said.status}; look at ping under [watchdog]."
    return ""


class _Remembered(BaseModel):
    since: datetime
    noticed: datetime
    times: int
    told_at: datetime | None


_FILE = TypeAdapter(dict[Alarm, _Remembered])


class _Memory:
    """In a small file of its own, written over in place: that works on a full disk, too. What
    cannot be read is as if nothing were known: better told twice than never."""

    _SIZE = 4096

    def __init__(self, folder: Path) -> None:
        name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
        spare = Path(tempfile.gettempdir()) / f"school-reputation-watchdog-{name}.json"
        self._places = (folder / "watchdog.json", spare)

    def read(self) -> Memory:
        for place in self._places:
            with suppress(OSError, ValidationError):
                known = _FILE.validate_json(place.read_bytes().strip())
                return {alarm: Known(**dict(one)) for alarm, one in known.items()}
        return {}

    def write(self, memory: Memory) -> None:
        kept = {alarm: _Remembered(**asdict(k)) for alarm, k in memory.items()}
        content = _FILE.dump_json(kept).ljust(self._SIZE)
        for place in self._places:
            with suppress(OSError):
                place.touch(mode=0o600)
                with place.open("r+b") as file:
                    file.write(content)
                return
