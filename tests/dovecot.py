"""A real IMAP server on loopback with TLS, from Debian's packages: dovecot, in its own folder.

Everybody may log in with the one password, or with a token that `tokens` knows, and has an
empty mailbox of their own. It needs no root, and where we are root it runs as nobody.
"""

from __future__ import annotations

import grp
import imaplib
import json
import os
import pwd
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from select import select
from urllib.parse import parse_qs

from tests.needs import missing
from tests.processes import Server, free_port, listens
from tests.smtp import Certificate, make_certificate

PASSWORD = "not-a-real-password"
_PROGRAM = "dovecot"


class Dovecot:
    """Use it as a context manager. `tokens` maps a token to the user whose it is."""

    def __init__(self) -> None:
        program = shutil.which(_PROGRAM) or shutil.which(_PROGRAM, path="/usr/sbin")
        if program is None:
            missing("dovecot", "dovecot-imapd")
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        # Directly under /tmp: pytest's own folders are closed to other users, and the path
        # of a socket may have 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))
        self.port, self.plain_port = free_port(), free_port()
        self.tokens: dict[str, str] = {}
        self._introspection = _Introspection(self.tokens)
        self.certificate = make_certificate(self.folder)
        self._write()
        self._server = Server(
            [program, "-F", "-c", self.folder / "dovecot.conf"],
            ready=lambda: listens(self.port),
            log=self.folder / "log",
            user=self.user if os.geteuid() == 0 else None,
        )

    def __enter__(self) -> Dovecot:
        self._introspection.start()
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._introspection.stop()
        shutil.rmtree(self.folder)

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        with self._logged_in(user) as imap:
            for mail in mails:
                imap.append(folder, "", "", mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def flags(self, user: str) -> list[bytes]:
        """Of every mail in the inbox, as the server keeps them."""
        with self._logged_in(user) as imap:
            imap.select("INBOX", readonly=True)
            found = imap.fetch("1:*", "(FLAGS)")[1]
            return [line for line in found if isinstance(line, bytes)]

    def number_afresh(self, user: str) -> None:
        """The same mails under another UIDVALIDITY, as after a move to another server."""
        (lists,) = (self.folder / "mail" / user).glob("dovecot-uidlist")
        lists.unlink()
        for index in (self.folder / "mail" / user).glob("dovecot.index*"):
            index.unlink()

    @contextmanager
    def cutting_at(self, nth: int) -> Iterator[int]:
        """A port behind which the line breaks before the server hears the *nth* command."""
        with _Cutter(self.certificate, self.plain_port, nth) as cutter:
            yield cutter.port

    @contextmanager
    def refusing(self, command: bytes, answer: bytes = b"BAD Internal error") -> Iterator[int]:
        """A port behind which each command that holds *command* gets *answer*, or none at all
        where that is empty."""
        with _Cutter(self.certificate, self.plain_port, 10_000) as cutter:
            cutter.refused = (command, answer)
            yield cutter.port

    @contextmanager
    def _logged_in(self, user: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.plain_port) as imap:
            imap.login(user, PASSWORD)
            yield imap

    def _write(self) -> None:
        group = grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name
        words = _CONFIG.format(
            folder=self.folder,
            user=self.user,
            group=group,
            port=self.port,
            plain_port=self.plain_port,
            password=PASSWORD,
            pem=self.certificate.file,
        )
        (self.folder / "dovecot.conf").write_text(words)
        (self.folder / "oauth2.conf").write_text(
            f"introspection_url = http://127.0.0.1:{self._introspection.port}/\n"
            "introspection_mode = post\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, self.user)


_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
ssl = yes
ssl_cert = <{pem}
ssl_key = <{pem}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


class _Introspection:
    """Tells dovecot whose a token is, as Microsoft and Google tell their own servers."""

    def __init__(self, tokens: dict[str, str]) -> None:
        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                user = tokens.get(parse_qs(asked).get("token", [""])[0])
                answer = {"active": "true", "username": user} if user else {"active": "false"}
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Answers)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Cutter:
    """Stands between a client, over TLS, and the server; counts commands and then hangs up."""

    def __init__(self, certificate: Certificate, onward: int, nth: int) -> None:
        self._context, self._onward, self._left = certificate.context(), onward, nth
        self.refused: tuple[bytes, bytes] | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _Cutter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                with suppress(OSError, ssl.SSLError):
                    self._pass_on(self._context.wrap_socket(plain, server_side=True))

    def _pass_on(self, client: ssl.SSLSocket) -> None:
        """In one thread: a TLS line must not be read and written by two at once."""
        half = b""
        with client, socket.create_connection(("127.0.0.1", self._onward)) as server:
            while True:
                ready = [client] if client.pending() else select([client, server], [], [])[0]
                if client in ready:
                    said = client.recv(65536)
                    *lines, half = (half + said).split(b"\r\n")
                    if not (said and self._hear(lines, client, server)):
                        return
                if server in ready:
                    answered = server.recv(65536)
                    client.sendall(answered)
                    if not answered:
                        return

    def _hear(self, lines: list[bytes], client: ssl.SSLSocket, server: socket.socket) -> bool:
        """Pass the commands on; False when it is time to hang up."""
        for line in lines:
            self._left -= 1
            if self._left < 0:
                return False
            if self.refused and self.refused[0] in line:
                answer = line.split()[0] + b" " + self.refused[1] + b"\r\n"
                client.sendall(answer if self.refused[1] else b"")
            else:
                server.sendall(line + b"\r\n")
        return True
