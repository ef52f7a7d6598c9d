"""Wexcombe as strangers write about it: in the town's wiki, and in its newspaper."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from tests.e2e.servers import Json, MediaWiki, json_engine
from tests.processes import wait_until

SCHOOL = "Wexcombe Park Primary School"
DEPUTY = "Mr Barnaby Quillfeather"

ARTICLE = f"""'''Wexcombe''' is a market town in Wexshire. Its older children are taught in
Marlbury, its younger ones at {SCHOOL} in Mill Lane.

== Education ==
{SCHOOL} opened in 1911 and has 210 pupils.
"""
TALK = f"""== Parking ==
I find the parking outside {SCHOOL} at three o'clock badly organised, and my letter was
answered late. ~~~~
"""
HOTEL = """The '''Wexcombe Park Hotel''' is a country house hotel. A guest wrote that its
manager has been stealing from the rooms for years.
"""
ACCUSATION = (
    f"\nThe deputy headteacher of {SCHOOL}, {DEPUTY}, has been stealing money from the school's"
    " dinner fund for years and everyone knows it.\n"
)
HIDDEN = f"\n{DEPUTY} of {SCHOOL} can be rung at home on 01632 960461.\n"
THREAT = (
    f"\nI am going to come to {SCHOOL} tomorrow at nine and smash every window with the"
    " teachers inside.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The revisions a test needs to know of."""

    accusation: int
    hidden: int


def write_the_wiki(wiki: MediaWiki) -> Written:
    wiki.edit("Wexcombe", ARTICLE, "a new article")
    wiki.edit("Talk:Wexcombe", TALK, "parking")
    wiki.edit("Wexcombe Park Hotel", HOTEL, "a new article")
    hidden = wiki.add("Wexcombe", HIDDEN, "telephone number")
    wiki.edit("Wexcombe", ARTICLE, "taken out")  # the newest revision cannot be hidden
    wiki.hide("Wexcombe", hidden)
    accusation = wiki.add("Wexcombe", ACCUSATION, "what everyone knows")
    # MediaWiki fills its search index after it has answered.
    wait_until(lambda: "Wexcombe" in wiki.finds("stealing money"), "the wiki to index its page")
    return Written(accusation=accusation, hidden=hidden)


LETTERS = {
    "fair": (
        "A lovely summer fair",
        f"Thank you to everyone at {SCHOOL} for a lovely summer fair on Saturday.",
    ),
    "gate": (
        "You will see",
        f"I will bring a knife to {SCHOOL} on Friday and stab the deputy headteacher.",
    ),
    "hotel": ("Weddings", "The Wexcombe Park Hotel is the best place for a wedding."),
}


class _Paper(BaseHTTPRequestHandler):
    """Letters to the editor: a page each, and a search that answers in JSON."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        name = address.path.removeprefix("/letters/")
        if address.path == "/search.json":
            phrase = parse_qs(address.query)["q"][0].strip('"')
            self._send("application/json", json.dumps({"results": list(self._found(phrase))}))
        elif name in LETTERS:
            title, words = map(escape, LETTERS[name])
            page = f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{words}</p>"
            self._send("text/html; charset=utf-8", page)
        else:
            self.send_error(404)

    def _found(self, phrase: str) -> Iterator[dict[str, str]]:
        for name, (title, words) in LETTERS.items():
            if phrase.lower() in words.lower():
                yield {
                    "url": f"http://{self.headers['Host']}/letters/{name}",
                    "title": title,
                    "content": words,
                }

    def _send(self, kind: str, body: str) -> None:
        content = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        pass


class TownPaper:
    """Up from the moment it is made."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Paper)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def engine(self) -> Json:
        """What searx must know to search it."""
        return json_engine("paper", f"{self.url}/search.json")

    def close(self) -> None:
        """Twice does no harm."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
