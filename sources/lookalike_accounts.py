"""Accounts on Mastodon and Bluesky that carry the school's name and are not the school's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.egress import place
from sources.account_names import Likeness, Names
from sources.account_search import MASTODON, Account, on_bluesky, on_mastodon
from sources.contract import About, Every, Page, Source, WebAddress
from sources.errors import SourceError
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.text import joined, written
from sources.window import Window, in_batches

Search = Callable[[str, PoliteClient], Sequence[Account]]


class LookalikeAccounts(Source):
    """Searches for the school's names, and keeps the accounts whose own name holds one.

    Nobody is followed, nothing that an account posts is read, and one that only speaks of the
    school in its description does not count: people may have a life near a school.
    """

    kind: ClassVar[str] = "lookalike_accounts"
    group: ClassVar[SourceGroup] = SourceGroup.LOOKALIKE
    about: ClassVar[About] = About(
        finds="accounts on Mastodon and Bluesky whose name or handle holds the school's name and "
        "that are not on your list: fake official pages, gossip pages, and harmless ones",
        cost="free, no key",
        limits="a Mastodon server knows only accounts that its own people have met; the badge "
        "without the name is not seen; what the accounts post is not read",
        terms="look at such an account once, and decide; looking at one person's page again and "
        "again can be directed surveillance (RIPA 2000), which a school should not do",
    )
    every: Every = Field(timedelta(days=1), description='how often to look: "12h", "1d"')
    servers: tuple[WebAddress, ...] = Field(
        (), description=f"Mastodon servers whose search is asked; empty: {MASTODON}"
    )
    without: tuple[Literal["mastodon", "bluesky"], ...] = Field(
        (), description="services not to ask: mastodon, bluesky"
    )
    words: tuple[str, ...] = Field(
        (),
        description="more names to look for, such as the words on the badge; short ones find "
        "strangers",
    )
    known: tuple[str, ...] = Field(
        (),
        description="accounts that you know and accept, besides the school's handles, in full: "
        "@parents@mastodon.example, parents.bsky.social",
    )

    def places(self) -> frozenset[str]:
        servers = (place(url.host or "", url.port or 0) for url in self.servers)
        return super().places() | frozenset(servers)

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        names = Names.of(school, self.words, self.known)
        seen, troubles = Seen(resume(Window, cursor).seen), list[SourceError]()
        for search in self._searches():
            try:
                for query in names.queries:
                    found = search(query, client)
                    yield from in_batches(self._mentions(found, names, school), seen)
            except SourceError as error:
                troubles.append(error)  # the other services may well answer
        for trouble in troubles[:1]:
            raise trouble

    def _searches(self) -> Iterator[Search]:
        if "mastodon" not in self.without:
            for server in self.servers or (MASTODON,):
                yield partial(on_mastodon, str(server))
        if "bluesky" not in self.without:
            yield on_bluesky

    def _mentions(
        self, found: Sequence[Account], names: Names, school: School
    ) -> Iterator[Mention]:
        for account in found:
            likeness = names.likeness(account)
            if likeness is not Likeness.NONE:
                yield Mention(
                    source=self.name,
                    external_id=account.id,
                    url=account.url,
                    text=_words(account, likeness, school),
                    author=f"@{account.handle}"[:200],
                    **account.made,
                    for_a_person=True,
                )


def _words(account: Account, likeness: Likeness, school: School) -> str:
    """The handle is written in two pieces: as one it would be taken for a mail address."""
    user, _, server = account.handle.partition("@")
    at = account.made["published_at"]
    made = f", made on {written(at)}" if at else ""
    which = f"account “{account.shown[:200]}” (@{user} on {server or account.service}{made})"
    if likeness is Likeness.SAME:
        said = f"Somebody may be posing as {school.name}: the {which} is not on the school's list."
    else:
        said = f"The {which} carries the name of {school.name}."
    about = f"It says of itself: {account.description}" if account.description else ""
    return joined(said, about)
