"""A real time stamping authority on loopback: `openssl ts` behind a small web server."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Self

from tests.needs import missing

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa_section]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("openssl")
    if program is None:
        missing("openssl", "openssl")
    return subprocess.run([program, *arguments], capture_output=True, check=False)


@dataclass
class Authority:
    """Use as a context manager. `garble` changes each answer before it is sent."""

    folder: Path
    name: str = "Wexshire Time"
    purpose: str = "tsa"  # the section of the certificate's extensions
    asked: list[bytes] = field(default_factory=list)
    answer: bytes | None = None  # sent in place of a real answer
    status: int = 200
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "serial").write_text("01\n")
        self.config.write_text(_CONFIG.format(folder=self.folder, name=self.name))
        self._certify()

    @property
    def config(self) -> Path:
        return self.folder / "tsa.cnf"

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"

    def _certify(self) -> None:
        where, days = self.folder, ("-days", "3650")
        new = ("req", "-config", self.config, "-newkey", "ec", "-pkeyopt")
        key = (*new, "ec_paramgen_curve:P-256", "-noenc")
        self._run(
            *key, "-x509", *days, "-extensions", "ca",
            "-keyout", where / "ca.key", "-out", self.root,
        )  # fmt: skip
        subject = ("-subj", f"/CN={self.name} signer")
        self._run(*key, *subject, "-keyout", where / "tsa.key", "-out", where / "tsa.csr")
        self._run(
            "x509", "-req", "-in", where / "tsa.csr", "-CA", self.root, "-CAkey", where / "ca.key",
            "-set_serial", "7", *days, "-extfile", self.config, "-extensions", self.purpose,
            "-out", where / "tsa.pem",
        )  # fmt: skip

    def _run(self, *arguments: str | Path) -> None:
        done = openssl(*arguments)
        assert done.returncode == 0, done.stderr.decode()

    def stamp(self, question: bytes) -> bytes:
        with self._lock:
            self.asked.append(question)
            asked, told = self.folder / "q.tsq", self.folder / "r.tsr"
            asked.write_bytes(question)
            self._run(
                "ts", "-reply", "-config", self.config, "-section", "tsa_section",
                "-queryfile", asked, "-out", told,
            )  # fmt: skip
            return told.read_bytes()

    def __enter__(self) -> Self:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                told = authority.answer or authority.stamp(question)
                self.send_response(authority.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/tsa"
