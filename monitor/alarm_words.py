"""What the watcher says of the program's own troubles, in words for a school office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from alerts.text import uk_time
from monitor.alarms import Alarm, Memory, Seen, Verdict

_WHAT = {
    Alarm.NO_DATABASE: "Its database cannot be read, so nobody knows whether it works. {why}",
    Alarm.NOT_RUNNING: "It has not looked anywhere since {since}.",
    Alarm.NOTHING_READ: "It looks, but has not been able to read a single source since {since}.",
    Alarm.NO_CAPTURE: "Evidence has been waiting to be saved since {since}, and none was.",
    Alarm.NO_MAIL: "Mails have been waiting to leave since {since}, and none has left. Look at "
    "the dashboard: people may not know of something urgent.",
    Alarm.DISK_FULL: "The disk has only {free} MB free. When it is full, nothing is found, kept "
    "or told any more.",
    Alarm.OLD_BROWSER: "The browser that opens pages written by strangers is from {browser}, and "
    "so lacks months of repairs.",
    Alarm.OLD_CERTIFICATE: "The dashboard's certificate is good until {certificate} only. After "
    "that, browsers warn everybody who opens the dashboard.",
}
_DO = {
    Alarm.NO_DATABASE: "Run monitor check; it says what is wrong with the database.",
    Alarm.NOT_RUNNING: "See that the computer is on, and start the monitor again: monitor run.",
    Alarm.NOTHING_READ: "See that the computer is online, then run monitor check.",
    Alarm.NO_CAPTURE: "Run monitor check; it says whether the browser starts.",
    Alarm.NO_MAIL: "Run monitor check; it says what is wrong with the mail server.",
    Alarm.DISK_FULL: "Make room on the disk, or move data_dir to a larger one.",
    Alarm.OLD_BROWSER: "Bring the browser up to date; on Debian or Ubuntu: apt upgrade.",
    Alarm.OLD_CERTIFICATE: "Ask whoever looks after your certificates for a new one, and put it "
    "in the place of the old; the dashboard takes it up by itself.",
}
_GOOD = {
    Alarm.NO_DATABASE: "its database can be read again",
    Alarm.NOT_RUNNING: "it is looking again",
    Alarm.NOTHING_READ: "sources can be read again",
    Alarm.NO_CAPTURE: "evidence is being saved again",
    Alarm.NO_MAIL: "mails are leaving again",
    Alarm.DISK_FULL: "the disk has room again",
    Alarm.OLD_BROWSER: "the browser is up to date",
    Alarm.OLD_CERTIFICATE: "the dashboard has a new certificate",
}


def subject(verdict: Verdict) -> str:
    if not verdict.raised:
        return "The school reputation monitor works again"
    again = any(known.times for known in verdict.raised.values())
    return f"The school reputation monitor {'still ' if again else ''}needs help"


def paragraphs(verdict: Verdict, seen: Seen) -> tuple[str, ...]:
    """The whole mail."""
    said = [*_wrong(verdict.raised, seen)]
    if said:
        said.append("Until this is mended, silence is no good news: nobody may be looking.")
    if verdict.over:
        said.append(f"Mended: {'; '.join(_GOOD[alarm] for alarm in verdict.over)}.")
    said.append(
        "This mail comes from a small program of its own that watches over the monitor: monitor "
        "watchdog."
    )
    return tuple(said)


def _wrong(raised: Memory, seen: Seen) -> Iterator[str]:
    for alarm in Alarm:
        if alarm in raised:
            yield f"{sentence(alarm, raised[alarm].since, seen)} What to do: {_DO[alarm]}"


def sentence(alarm: Alarm, since: datetime, seen: Seen) -> str:
    browser = f"{seen.browser_from:%B %Y}" if seen.browser_from else ""
    free = (seen.free_bytes or 0) // 1_000_000
    certificate = uk_time(seen.certificate_to) if seen.certificate_to else ""
    words = _WHAT[alarm].format(
        since=uk_time(since), why=seen.why, free=free, browser=browser, certificate=certificate
    )
    return " ".join(words.split())
