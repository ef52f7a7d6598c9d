"""A real mail server on loopback, from Debian's packages: postfix, in its own folder, delivering
into Maildirs there. Nothing it takes can leave this machine. Only root may start it, or sudo.
"""

from __future__ import annotations

import mailbox
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from typing import IO, Self, cast

from tests.needs import lacking, missing
from tests.processes import Server, free_port, listens, wait_until

GONE = "gone"  # taken like everybody's mail, and returned a moment later


class Postfix:
    """Use it as a context manager. *domain*'s mail is delivered for each of *people*, by the part
    before the @."""

    def __init__(self, domain: str, *people: str) -> None:
        program = shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin")
        if program is None:
            missing("postfix", "postfix")
        self.domain, self.port = domain, free_port()
        self._as_root = _as_root()
        # Directly under /tmp: the path of a socket may have 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="post-", dir="/tmp"))
        self.folder.chmod(0o755)
        self._write(people)
        self._command = [*self._as_root, program, "-c", str(self.folder / "etc")]
        self._server = Server(
            [*self._command, "start-fg"],
            ready=lambda: listens(self.port),
            log=self.folder / "log",
        )

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run([*self._command, "abort"], check=False, capture_output=True)
        with suppress(PermissionError):
            self._server.stop()
        subprocess.run([*self._as_root, "rm", "-r", str(self.folder)], check=True)

    def inbox(self, person: str) -> Path:
        return self.folder / "mail" / person

    def mails(self, person: str, number: int) -> list[EmailMessage]:
        """What is in that mailbox once *number* mails are, as Python's mail client reads it."""
        wait_until(lambda: len(self._in(person)) >= number, f"{number} mails for {person}")
        return self._in(person)

    def _in(self, person: str) -> list[EmailMessage]:
        if not (self.inbox(person) / "cur").exists():  # made with the first mail
            return []
        box = mailbox.Maildir(self.inbox(person), factory=cast("None", _read))
        return [cast("EmailMessage", box[key]) for key in sorted(box.keys())]

    def _write(self, people: tuple[str, ...]) -> None:
        boxes = ", ".join(f"{{ {one}@{self.domain} = {one}/ }}" for one in (*people, GONE))
        me = pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("nobody") if me.pw_uid == 0 else me
        words = _MAIN.format(
            folder=self.folder,
            domain=self.domain,
            boxes=boxes,
            gone=f"{GONE}@{self.domain}",
            uid=owner.pw_uid,
            gid=owner.pw_gid,
        )
        for name in ("etc", "queue", "mail"):
            (self.folder / name).mkdir(mode=0o755)
        (self.folder / "etc" / "main.cf").write_text(words)
        (self.folder / "etc" / "master.cf").write_text(_MASTER.format(port=self.port))
        if me.pw_uid == 0:
            shutil.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        for command in (["mkdir", "data"], ["chown", "postfix", "data"], ["chown", "root", "etc"]):
            subprocess.run([*self._as_root, *command], check=True, cwd=self.folder)


def _as_root() -> list[str]:
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if not _works([*sudo, "true"]):
        lacking("postfix starts only as root, and we may not be root here")
    return sudo


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _read(file: IO[bytes]) -> EmailMessage:
    return message_from_binary_file(file, policy=policy.default)


_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.{domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = inline:{{ {{ {gone} = closed: }} }}
smtpd_relay_restrictions = reject_unauth_destination
default_transport = error:nothing leaves this machine
maillog_file = /dev/stdout
in_flow_delay = 0
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
closed unix - n n - - virtual -o virtual_mailbox_maps=
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
