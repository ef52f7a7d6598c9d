"""All of it over one database."""

from __future__ import annotations

from monitor.store.answers import Answers
from monitor.store.audit import Audit
from monitor.store.captures import Captures
from monitor.store.cases import Cases
from monitor.store.checkouts import Checkouts
from monitor.store.counting import Counting
from monitor.store.coverage import Coverage
from monitor.store.custody import Custody
from monitor.store.forgetting import Forgetting
from monitor.store.judges import Judges
from monitor.store.lessons import Lessons
from monitor.store.mentions import Mentions
from monitor.store.outbox import Outbox
from monitor.store.publications import Publications
from monitor.store.rechecks import Rechecks
from monitor.store.reveals import Reveals
from monitor.store.stamps import Stamps
from monitor.store.views import Views
from monitor.store.visits import Visits


class Store(
    Answers,
    Audit,
    Mentions,
    Captures,
    Rechecks,
    Custody,
    Stamps,
    Outbox,
    Visits,
    Coverage,
    Cases,
    Counting,
    Reveals,
    Checkouts,
    Views,
    Forgetting,
    Publications,
    Judges,
    Lessons,
):
    """What the program remembers; each base class is one noun."""
