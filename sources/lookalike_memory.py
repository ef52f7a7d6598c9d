"""What is remembered of domains that look like the school's: which were told, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field

from sources.lookalike_look import CERTIFICATE
from sources.names import Answers

_REMEMBERED = 4000


class Known(BaseModel):
    """`here`: it existed at the last visit. `times`: how often it has come into being."""

    web: bool = False
    mail: bool = False
    here: bool = True
    times: int = Field(1, ge=1)


class Memory(BaseModel):
    """`next`: the name with which the next visit begins, so that all have their turn even
    where the name server is slow. `complete`: they had it once, however many visits that
    took; `certified`: so had the names in certificates. Before that, old neighbours are new
    to us, and prove nothing by that."""

    names: dict[str, Known] = {}
    next: str = ""
    complete: bool = False
    certified: bool = False

    def is_first(self, way: str) -> bool:
        return not (self.complete and (self.certified or way != CERTIFICATE))

    def turned(self, candidates: Iterable[str]) -> Sequence[str]:
        names = list(candidates)
        at = names.index(self.next) if self.next in names else 0
        return [*names[at:], *names[:at]]

    def news(self, name: str, said: Answers) -> str:
        """The id under which it is to be told; nothing if there is nothing new."""
        if not (said.web or said.mail):
            return ""
        known = self.names.get(name)
        if known is None:
            return f"domain:{name}"
        if not known.here:
            return f"domain:{name}:{known.times + 1}"
        more = [
            w
            for w, new in (("mail", said.mail > known.mail), ("web", said.web > known.web))
            if new
        ]
        again = f":{known.times}" if known.times > 1 else ""
        return f"domain:{name}{again}:{'+'.join(more)}" if more else ""

    def keep(self, name: str, said: Answers) -> None:
        known = self.names.pop(name, None)
        if known is None or not known.here:
            times = known.times + 1 if known else 1
            self.names[name] = Known(web=said.web, mail=said.mail, times=times)
        else:
            both = {"web": said.web or known.web, "mail": said.mail or known.mail}
            self.names[name] = known.model_copy(update=both)

    def after(
        self,
        answered: Sequence[tuple[str, Answers]],
        candidates: Iterable[str],
        *,
        certificates: bool,
    ) -> None:
        """Once all of a visit is handed over. A name of which nothing is known stays as it was;
        one that is gone would be news if it came back."""
        for name, said in answered:
            if name in self.names and said.known and not (said.web or said.mail):
                self.names[name] = self.names[name].model_copy(update={"here": False})
        asked = {name for name, _ in answered}
        turned, last = self.turned(candidates), next(reversed(list(candidates)), "")
        if not last or last in asked:  # the first round begins with the first, and goes in order
            self.complete, self.certified = True, self.certified or certificates
        self.next = next((name for name in turned if name not in asked), "")
        self.names = dict(list(self.names.items())[-_REMEMBERED:])
