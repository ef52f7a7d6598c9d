"""A real name server on loopback, for tests: UDP, answering from a table that may be changed."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingUDPServer
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Table = dict[str, dict[str, str]]  # {"site.example": {"A": "192.0.2.1", "MX": "10 mail.example."}}


@dataclass(slots=True)
class NameServer:
    """Use it as a context manager. `everything`: answer even for names that do not exist.
    `silent` names get no answer at all; `broken` ones are answered with SERVFAIL."""

    table: Table = field(default_factory=dict)
    everything: bool = False
    silent: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    _server: Any = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> NameServer:
        owner = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                data, line = self.request
                answer = owner.answer(dns.message.from_wire(data))
                if answer is not None:
                    line.sendto(answer.to_wire(), self.client_address)

        self._server = ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        name, kind = str(question.name).rstrip("."), question.rdtype.name
        self.asked[name] += 1
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        known = {"A": "192.0.2.1"} if self.everything else self.table.get(name)
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in known:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, known[kind]))
        return answer
