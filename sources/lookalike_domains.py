"""Domains that could be taken for the school's: who has one, since when, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Every, Page, Source
from sources.errors import AccessRefused
from sources.http import PoliteClient
from sources.lookalike_look import LONG, Finding, Look
from sources.lookalike_memory import Memory
from sources.lookalike_words import told
from sources.memory import resume
from sources.names import Dns
from sources.twist import parts_of
from sources.website import host_of

PAGE = 10  # mentions between two moves of the cursor
ENDINGS = (
    *("co.uk", "uk", "org.uk", "com", "org", "net", "school", "academy", "education", "info"),
    *("online", "site", "website", "me.uk", "eu", "co"),
)


def _domain(text: str) -> str:
    host = host_of(text.strip())
    if "." not in host:
        raise ValueError("write a domain, for example yourschool.example")
    return host


Domain = Annotated[str, AfterValidator(_domain)]


class LookalikeDomains(Source):
    """Makes up names like the school's, asks the name server which of them exist, and tells
    those that it did not tell before."""

    kind: ClassVar[str] = "lookalike_domains"
    group: ClassVar[SourceGroup] = SourceGroup.LOOKALIKE
    about: ClassVar[About] = About(
        finds="domains that look like your website's and answer as a website or take mail, with "
        "the day on which they were registered; also names with yours in them for which a "
        "certificate was issued",
        cost="free, no key",
        limits="a few thousand likely names, not all; a name shorter than eight letters is not "
        "looked for in certificates; crt.sh often does not answer; the first visit tells all "
        "that exist, most of them harmless",
        terms="crt.sh, Cert Spotter and the registries give their answers for nothing: once a "
        "week is enough, and more than once a day is rude",
    )
    every: Every = Field(timedelta(days=7), description='how often to look: "1d", "7d"')
    domains: tuple[Domain, ...] = Field(
        (), description="domains whose likenesses are looked for; empty: the school's website"
    )
    known: tuple[Domain, ...] = Field(
        (), description="domains that are yours, too, or that you know to be harmless"
    )
    endings: tuple[str, ...] = Field(
        (), description=f"endings to try with the same name; empty: {', '.join(ENDINGS)}"
    )
    names: int = Field(
        3000, ge=100, le=20_000, description="how many names like each domain are asked for"
    )
    nameserver: str = Field(
        "",
        pattern=r"^(\[[0-9a-fA-F:]+\]|[0-9.]+):[0-9]{1,5}$|^$",
        description="the name server to ask, as address:port; empty: that of this computer",
    )

    def now(self) -> datetime:
        return datetime.now(UTC)

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        memory, own = resume(Memory, cursor), self._own(school)
        names = Dns(self.nameserver)
        names.check(parts_of(own[0])[1])
        look = Look(own, self.known, client)
        candidates = look.candidates(self.endings or ENDINGS, self.names)
        answered = list(names.many(memory.turned(candidates)))
        news = [(name, said) for name, said in answered if memory.news(name, said)]
        for start in range(0, len(news), PAGE):
            mentions = []
            for name, said in news[start : start + PAGE]:
                id_ = memory.news(name, said)
                finding = look.finding(name, candidates[name], said)
                first = memory.is_first(candidates[name])
                mentions.append(self._mention(id_, finding, school, first=first))
                memory.keep(name, said)
            yield Page(mentions=tuple(mentions), cursor=memory.model_dump_json())
        memory.after(answered, candidates, certificates=look.certificates_read)
        yield Page(mentions=(), cursor=memory.model_dump_json())
        look.tell_trouble(left=len(candidates) - len(answered))

    def plan(self, school: School) -> str:
        own = self._own(school)
        short = [name for name in own if len(parts_of(name)[0]) < LONG]
        unsearched = f" Certificates are not searched for {', '.join(short)}: too short."
        return f"Likenesses of {', '.join(own)}.{unsearched if short else ''}"

    def _own(self, school: School) -> tuple[str, ...]:
        site = host_of(school.website)
        own = self.domains or ((site,) if "." in site else ())
        if not own:
            raise AccessRefused(
                "which domain is the school's is not known: please write domains for this "
                "source, or the school's website"
            )
        return own

    def _mention(self, id_: str, finding: Finding, school: School, *, first: bool) -> Mention:
        """Never photographed: such names are often parked on pages that are not for children,
        and our own sentence says nothing of what is there."""
        return Mention(
            source=self.name,
            external_id=id_,
            url=f"http://{finding.domain}/",
            text=told(finding, school.name, self.now(), first=first),
            published_at=finding.registered,
            published_as=finding.registered_as,
            sensitive=True,
            for_a_person=True,
        )
