"""The log made searchable: what its posts said, each time, and what people wrote to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, and_, column, false, literal_column, table, text, true
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from monitor.searching import Term, mark, passages, terms
from monitor.store.history_tables import RevisionRow
from monitor.store.search_tables import PassageRow
from monitor.store.tables import IncidentRow, MentionRow

Post = tuple[str, str, str]  # school, source, external id

_FEW = 20  # schools; of more, to name them in a search costs more than it spares
_WORDS = table("passage_words", column("rowid"))
# To FTS5 the name of the table is a column, too: all of it.
_ALL_OF_IT: ColumnElement[str] = literal_column("passage_words")
# To PostgreSQL this means: no grammar, no stop words.
_AS_IT_STANDS: ColumnElement[str] = literal_column("'simple'")


def index_post(session: Session, post: Post) -> None:
    """Make findable all that *post* ever said, in each incident whose business it is."""
    school, source, _ = post
    said = list(_said(session, post))
    for incident in _business(session, post):
        known = set(_origins(session, incident))
        for wording, url, words in said:
            origin = _origin(*post, wording)
            if origin not in known:
                _keep(session, school, incident, origin, passages(words, url, source))


def index_note(session: Session, incident: IncidentRow, position: int, words: str) -> None:
    """What a person wrote to *incident*, at this place of its history."""
    if words:
        _keep(session, incident.school, incident.key, f"event {position}", passages(words))


def has(session: Session, looked_for: str, schools: Sequence[str]) -> ColumnElement[bool]:
    """That an incident of *schools* has all that is looked for, or this very number. A search
    without a word in it finds nothing."""
    asked = terms(looked_for)
    if not asked:
        return false()
    marks = [mark(school) for school in schools] if len(schools) <= _FEW else []
    in_words = [col(IncidentRow.key).in_(_holding(session, term, marks)) for term in asked]
    return or_(col(IncidentRow.number) == looked_for.strip(), and_(*in_words))


def forget_struck_out(session: Session) -> None:
    """FTS5 only strikes out what is deleted, until it writes its index anew."""
    if not _on_postgresql(session):
        session.execute(text("INSERT INTO passage_words (passage_words) VALUES ('optimize')"))


def _holding(session: Session, term: Term, marks: Sequence[str]) -> SelectOfScalar[str]:
    """The keys of incidents with a passage that has it."""
    passage = select(PassageRow.incident)
    if _on_postgresql(session):
        query = func.to_tsquery(_AS_IT_STANDS, _postgresql(term, marks))
        words = func.to_tsvector(_AS_IT_STANDS, col(PassageRow.words))
        return passage.where(words.op("@@")(query), _in_a_row(term))
    matching = _ALL_OF_IT.op("MATCH")(_sqlite(term, marks))
    return passage.join(_WORDS, _WORDS.c.rowid == col(PassageRow.id)).where(matching)


def _sqlite(term: Term, marks: Sequence[str]) -> str:
    phrase = f'"{" ".join(term.words)}"' + (" *" if term.begins else "")
    return f"{phrase} AND ({' OR '.join(marks)})" if marks else phrase


def _postgresql(term: Term, marks: Sequence[str]) -> str:
    words = " & ".join(term.words) + (":*" if term.begins else "")
    return f"{words} & ({' | '.join(marks)})" if marks else words


def _in_a_row(term: Term) -> ColumnElement[bool]:
    """PostgreSQL's index knows which words a passage has, and not where: to ask it for a phrase
    makes it cut each passage into words anew. They are cut already, with a blank between them and
    the mark of the school before the first."""
    if len(term.words) == 1:
        return true()
    passage, phrase = col(PassageRow.words), f" {' '.join(term.words)}"
    if term.begins:
        return passage.contains(phrase)
    return or_(passage.contains(f"{phrase} "), passage.endswith(phrase))


def _on_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _said(session: Session, post: Post) -> Iterator[tuple[str, str, str]]:
    """What tells one wording from another, the address, the words."""
    first = select(MentionRow.url, MentionRow.text).where(*_is(MentionRow, post))
    for url, words in session.exec(first):
        yield "", url, words
    later = select(RevisionRow.wording, RevisionRow.url, RevisionRow.text)
    yield from session.exec(later.where(*_is(RevisionRow, post)))


def _business(session: Session, post: Post) -> set[str]:
    """The incidents on whose page it stands."""
    joined = session.exec(select(MentionRow.incident).where(*_is(MentionRow, post)))
    changed = session.exec(select(RevisionRow.incident).where(*_is(RevisionRow, post)))
    return {incident for incident in (*joined, *changed) if incident}


def _is(rows: type[MentionRow] | type[RevisionRow], post: Post) -> tuple[ColumnElement[bool], ...]:
    school, source, external_id = post
    return (
        col(rows.school) == school,
        col(rows.source) == source,
        col(rows.external_id) == external_id,
    )


def _origins(session: Session, incident: str) -> Iterable[str]:
    return session.exec(select(PassageRow.origin).where(PassageRow.incident == incident))


def _origin(*key: str) -> str:
    return hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]


def _keep(session: Session, school: str, incident: str, origin: str, found: Iterable[str]) -> None:
    for words in found:
        row = PassageRow(incident=incident, origin=origin, words=f"{mark(school)} {words}")
        session.add(row)
