"""A mail server on loopback that keeps what it is given as files, and sends nothing on."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25_000_000  # bytes; screenshots are attached


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that was delivered, and the file it lies in."""

    file: Path
    to: str
    subject: str


class PostOffice:
    """Listens on a free port of 127.0.0.1; each recipient's copy becomes `NNN-name.eml`.

    Use it as a context manager, or call `start` and `stop`. The folder is made with the
    first mail. A mail is acknowledged only once it is on disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._letters: list[Letter] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="town: post office")
        self._server: asyncio.Server | None = None

    @property
    def letters(self) -> tuple[Letter, ...]:
        """In the order in which they came."""
        return tuple(self._letters)

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the post office has not been started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def start(self) -> None:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        """Frees the port and ends the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail; the answer is what the sender is told."""
        del server, session  # part of the signature that aiosmtpd calls
        content = envelope.original_content or b""
        try:
            for recipient in envelope.rcpt_tos:
                self._keep(recipient, content)
        except OSError:
            return "452 4.3.1 The mail could not be written to disk, please try again later"
        return "250 2.0.0 Kept"

    def _keep(self, recipient: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in recipient.partition("@")[0])[:40]
        file = self._folder / f"{len(self._letters) + 1:03}-{name}.eml"
        part = file.with_suffix(".part")
        part.write_bytes(f"Delivered-To: {recipient}\r\n".encode() + content)
        part.replace(file)
        message = message_from_bytes(content, EmailMessage, policy=policy.default)
        subject = str(message["Subject"] or "(no subject)")
        self._letters.append(Letter(file=file, to=recipient, subject=subject))

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._clerk, "127.0.0.1", 0)

    def _clerk(self) -> SMTP:
        return SMTP(self, hostname="post-office.example", data_size_limit=LARGEST)

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:  # visitors who are still connected
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
