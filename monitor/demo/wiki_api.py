"""MediaWiki's action API over the encyclopedia of the sample town.

Answers `query` (search, revisions, siteinfo) and `compare` in the shapes of MediaWiki 1.39
with formatversion=2. As there, what went wrong comes with status 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markupsafe import escape

from monitor.demo.place import Answer, Request, as_json
from monitor.demo.search_engine import plain, understand
from monitor.demo.wiki_history import Revision, added

MOST = 50
GENERATOR = "MediaWiki 1.39.0"


class Refusal(Exception):
    """MediaWiki will not do this; `code` is its own word for why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class WikiApi:
    """Answers for *revisions*, by id and oldest first."""

    def __init__(self, name: str, revisions: Mapping[int, Revision]) -> None:
        self._name = name
        self._revisions = revisions
        self._newest = {revision.title: revision for revision in revisions.values()}

    def answer(self, request: Request) -> Answer:
        actions = {"query": self._query, "compare": self._compare}
        try:
            return as_json(actions.get(request.get("action"), _unknown)(request))
        except Refusal as refusal:
            return _refused(refusal, request)

    def _query(self, request: Request) -> object:
        if "search" in request.get("list").split("|"):
            return self._search(request)
        if "siteinfo" in request.get("meta").split("|"):
            general = {"sitename": self._name, "generator": GENERATOR, "lang": "en"}
            return {"batchcomplete": True, "query": {"general": general}}
        if "revisions" in request.get("prop").split("|"):
            return self._history_of(request)
        return {"batchcomplete": True}

    def _search(self, request: Request) -> object:
        query = request.get("srsearch").replace("insource:", "")
        if not plain(query).strip():
            raise Refusal("missingparam", 'The "srsearch" parameter must be set.')
        if request.get("srsort") not in ("", "relevance"):  # the others need CirrusSearch
            raise Refusal("badvalue", 'Unrecognized value for parameter "srsort".')
        wanted = understand(query)
        hits = [
            revision
            for revision in self._newest.values()
            if any(w.score(plain(f"{revision.title} {revision.text}")) for w in wanted)
        ]
        return _page_of(request, [self._hit(hit, wanted[0].all) for hit in hits])

    def _hit(self, revision: Revision, phrases: Sequence[str]) -> dict[str, object]:
        holds = (line for line in revision.lines if any(p in plain(line) for p in phrases))
        snippet = next(holds, revision.lines[0])
        return {
            "ns": 0,
            "title": revision.title,
            "pageid": revision.page,
            "size": len(revision.text.encode()),
            "wordcount": len(revision.text.split()),
            "snippet": str(escape(snippet)),
            "timestamp": revision.when,
        }

    def _history_of(self, request: Request) -> object:
        if request.get("revids"):
            return {"batchcomplete": True, "query": self._by_revision(request)}
        if request.get("pageids"):
            return {"batchcomplete": True, "query": self._by_page(request)}
        titles = [t.replace("_", " ") for t in request.get("titles").split("|") if t]
        if not titles:
            return {"batchcomplete": True}
        if len(titles) > 1 and "rvlimit" in request.query:
            raise Refusal("invalidparammix", "rvlimit may only be used with one page.")
        answers = [self._pages_revisions(title, request) for title in titles]
        continued = [carry for _, carry in answers if carry]
        body: dict[str, object] = {"query": {"pages": [found for found, _ in answers]}}
        if continued:
            return {"continue": {"rvcontinue": continued[0], "continue": "||"}, **body}
        return {"batchcomplete": True, **body}

    def _by_revision(self, request: Request) -> object:
        wanted = _ids(request.get("revids"))
        found = [self._revisions[id_] for id_ in wanted if id_ in self._revisions]
        bad = {
            str(id_): {"revid": id_, "missing": True}
            for id_ in wanted
            if id_ not in self._revisions
        }
        pages = [
            _page_with([r for r in found if r.page == page], _props(request))
            for page in sorted({r.page for r in found})
        ]
        return {**({"badrevids": bad} if bad else {}), "pages": pages}

    def _by_page(self, request: Request) -> object:
        newest = {revision.page: revision for revision in self._newest.values()}
        pages = [
            _page_with([newest[id_]], _props(request))
            if id_ in newest
            else {"pageid": id_, "missing": True}
            for id_ in _ids(request.get("pageids"))
        ]
        return {"pages": pages}

    def _pages_revisions(self, title: str, request: Request) -> tuple[dict[str, object], str]:
        """One page of the answer, and where its revisions continue ("" when they do not)."""
        newest = self._newest.get(title)
        if newest is None:
            return {"ns": 0, "title": title, "missing": True}, ""
        history = [r for r in self._revisions.values() if r.title == title]
        if "rvlimit" not in request.query and "rvdir" not in request.query:
            history = [newest]
        chosen = _chosen(history, request)
        limit = min(request.number("rvlimit", MOST), MOST)
        rest = chosen[limit:]
        carry = f"{rest[0].timestamp:%Y%m%d%H%M%S}|{rest[0].id}" if rest else ""
        if not chosen:
            return {"pageid": newest.page, "ns": 0, "title": title}, ""
        return _page_with(chosen[:limit], _props(request)), carry

    def _compare(self, request: Request) -> object:
        old = self._revisions.get(request.number("fromrev", 0))
        new = self._revisions.get(request.number("torev", 0))
        if old and request.get("torelative") == "prev":
            old, new = self._revisions.get(old.parent), old
        if old is None or new is None:
            raise Refusal("nosuchrevid", "There is no revision with that ID.")
        inline = request.get("difftype") == "inline"
        body = "".join(map(_inline if inline else _row, added(old, new)))
        return {
            "compare": {
                "fromid": old.page,
                "fromrevid": old.id,
                "fromns": 0,
                "fromtitle": old.title,
                "toid": new.page,
                "torevid": new.id,
                "tons": 0,
                "totitle": new.title,
                "touser": new.user,
                "tocomment": new.comment,
                "body": body,
            }
        }


def _unknown(request: Request) -> object:
    del request  # every action is given it
    raise Refusal("badvalue", 'Unrecognized value for parameter "action".')


def _chosen(history: Sequence[Revision], request: Request) -> list[Revision]:
    """In the order asked for, from rvcontinue or rvstart, to rvend."""
    newer = request.get("rvdir", "older") == "newer"
    ordered = sorted(history, key=lambda revision: revision.id, reverse=not newer)
    start, end = _digits(request.get("rvstart")), _digits(request.get("rvend"))
    first = request.get("rvcontinue").partition("|")[2]
    kept = []
    for revision in ordered:
        at = f"{revision.timestamp:%Y%m%d%H%M%S}"
        early = start and (at < start if newer else at > start)
        late = end and (at > end if newer else at < end)
        before = first.isdigit() and (
            revision.id < int(first) if newer else revision.id > int(first)
        )
        if not (early or late or before):
            kept.append(revision)
    return kept


def _digits(timestamp: str) -> str:
    """2026-01-02T03:04:05Z and 20260102030405 are the same to MediaWiki."""
    return "".join(c for c in timestamp if c.isdigit())[:14]


def _ids(text: str) -> list[int]:
    return [int(one) for one in text.split("|")[:MOST] if re.fullmatch(r"[0-9]{1,18}", one)]


def _props(request: Request) -> list[str]:
    return request.get("rvprop", "ids|timestamp|flags|comment|user").split("|")


def _page_with(revisions: Sequence[Revision], props: Sequence[str]) -> dict[str, object]:
    """One page of an answer, and at least one revision of it."""
    first = revisions[0]
    shown = [_revision(revision, props) for revision in revisions]
    return {"pageid": first.page, "ns": 0, "title": first.title, "revisions": shown}


def _revision(revision: Revision, props: Sequence[str]) -> dict[str, object]:
    known: dict[str, dict[str, object]] = {
        "ids": {"revid": revision.id, "parentid": revision.parent},
        "flags": {"minor": False},
        "user": {"user": revision.user, **({"temp": True} if revision.user[0] == "~" else {})},
        "timestamp": {"timestamp": revision.when},
        "size": {"size": len(revision.text.encode())},
        "comment": {"comment": revision.comment},
        "tags": {"tags": []},
        "content": {
            "slots": {
                "main": {
                    "contentmodel": "wikitext",
                    "contentformat": "text/x-wiki",
                    "content": revision.text,
                }
            }
        },
    }
    return {key: value for prop in props for key, value in known.get(prop, {}).items()}


def _page_of(request: Request, hits: list[dict[str, object]]) -> dict[str, object]:
    limit, offset = min(request.number("srlimit", 10), MOST), request.number("sroffset", 0)
    shown = hits[offset : offset + limit]
    query = {"query": {"searchinfo": {"totalhits": len(hits)}, "search": shown}}
    if offset + limit < len(hits):
        return {"continue": {"sroffset": offset + limit, "continue": "-||"}, **query}
    return {"batchcomplete": True, **query}


def _refused(refusal: Refusal, request: Request) -> Answer:
    """In the old form, or in the one that errorformat=plaintext asks for."""
    headers = {"MediaWiki-API-Error": refusal.code}
    if request.get("errorformat", "bc") == "bc":
        return as_json({"error": {"code": refusal.code, "info": str(refusal)}}, headers=headers)
    error = {"code": refusal.code, "text": str(refusal), "module": "main"}
    return as_json({"errors": [error]}, headers=headers)


def _row(line: str) -> str:
    """One added line of MediaWiki's two-column table."""
    return (
        '<tr><td colspan="2" class="diff-empty diff-side-deleted"></td>'
        '<td class="diff-marker" data-marker="+"></td>'
        f'<td class="diff-addedline diff-side-added"><div>{escape(line)}</div></td></tr>\n'
    )


def _inline(line: str) -> str:
    return f'<div class="mw-diff-inline-added"><ins>{escape(line)}</ins></div>\n'
