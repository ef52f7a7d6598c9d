"""What stands in the mail that takes the head of the custody log out of the house.

Whoever holds it can tell whether the log was written anew, which the log itself cannot.
"""

from __future__ import annotations

from datetime import datetime

from alerts.body import Context
from alerts.text import one_line, render, uk_time
from monitor.custody import Head


def subject(head: Head) -> str:
    return f"Custody log: {head.n} {'entry' if head.n == 1 else 'entries'}"


def body(head: Head, context: Context, at: datetime) -> str:
    return render(
        "custody_head.txt",
        school=one_line(context.school.name),
        n=head.n,
        at=uk_time(at),
        number=str(head),
    )
