"""Only the named doors open connections outwards; checked in the syntax tree, not by eye.

The two doors for what strangers choose are sources/http.py (with sources/pinned.py and
sources/line.py behind it) and alerts/evidence/gate.py. Mail leaves by alerts/channels/email.py.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.project import PACKAGES, name_of, python_files

# What opens a connection, or makes something that does, and which files may name it.
LISTENS = ("monitor/web/server.py", "monitor/demo/place.py")
DOORS: Mapping[str, tuple[str, ...]] = {
    "httpcore": ("sources/pinned.py",),
    "httpx.Client": (),
    "httpx.AsyncClient": (),
    "httpx.HTTPTransport": (),
    "httpx.AsyncHTTPTransport": (),
    **{f"httpx.{verb}": () for verb in ("get", "post", "put", "request", "stream", "head")},
    "asyncio.open_connection": ("alerts/evidence/gate.py",),
    "smtplib.SMTP": ("alerts/channels/email.py",),
    "smtplib.SMTP_SSL": ("alerts/channels/email.py",),
    "socket.socket": (*LISTENS, "sources/line.py"),
    "socket.create_connection": ("sources/line.py",),
    "imaplib": ("sources/mailbox_imap.py",),  # over a line that PoliteClient opened
    "playwright.async_api.async_playwright": ("alerts/evidence/browser.py",),
    "playwright.sync_api": (),
    "subprocess": (
        "alerts/evidence/apart.py",  # its worker, which has the gate only
        "sources/twist.py",  # its worker, which makes up names and asks nobody
        "alerts/evidence/verifier/stamps.py",  # openssl, which looks at two files and asks nobody
    ),
    "dns": ("sources/names.py",),  # the name server that every program here asks
    "apprise": ("alerts/channels/messengers.py",),  # to addresses that the school wrote itself
    "dnstwist": ("sources/twist_worker.py",),
    **dict.fromkeys(
        (
            *("urllib.request", "http.client", "ftplib", "poplib", "telnetlib"),
            *("xmlrpc", "requests", "aiohttp", "urllib3", "websockets", "websocket", "pycurl"),
            *("os.system", "os.popen", "asyncio.create_subprocess_exec"),
        ),
        (),
    ),
}
# Whatever they are called on: loops, streams and backends have these.
METHODS: Mapping[str, tuple[str, ...]] = {
    "open_connection": ("alerts/evidence/gate.py",),
    "create_connection": ("sources/line.py",),
    "sock_connect": (),
    "connect_ex": (),
    "connect_tcp": ("sources/pinned.py",),
    "connect_unix_socket": (),
}


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                first = name.name.partition(".")[0]
                found[name.asname or first] = name.name if name.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _dotted(node: ast.expr, aliases: Mapping[str, str]) -> str:
    """ "httpx.Client" for what is written as `h.Client` after `import httpx as h`."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, "")
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, aliases)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _used(tree: ast.Module) -> Iterator[str]:
    aliases = _aliases(tree)
    yield from _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node, aliases)):
            yield name


def opened_by(code: str, file: str) -> set[str]:
    """What *code*, standing in *file*, uses that *file* is no door for."""
    tree = ast.parse(code)
    found = {
        door
        for name in _used(tree)
        for door, allowed in DOORS.items()
        if (name == door or name.startswith(f"{door}.")) and file not in allowed
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and file not in METHODS.get(node.attr, (file,)):
            found.add(node.attr)
    return found


@pytest.mark.parametrize("path", list(python_files(*PACKAGES)), ids=name_of)
def test_it_opens_no_connection_unless_it_is_a_door(path: Path) -> None:
    assert opened_by(path.read_text(encoding="utf-8"), name_of(path)) == set()


@pytest.mark.parametrize(
    "code",
    [
        "import httpx\nhttpx.get('https://site.example')",
        "import httpx as h\nh.Client()",
        "from httpx import AsyncClient as Anything",
        "from httpx import HTTPTransport",
        "import urllib.request",
        "from urllib import request",
        "import imaplib\nimaplib.IMAP4_SSL('mail.example')",
        "import socket\nsocket.socket().connect(('site.example', 80))",
        "from socket import create_connection",
        "import asyncio\nasyncio.open_connection('site.example', 80)",
        "def f(loop): return loop.create_connection(None, 'site.example', 80)",
        "def f():\n    import requests",
        "import subprocess\nsubprocess.run(['curl', 'https://site.example'])",
        "from playwright.async_api import async_playwright",
        "import dns.resolver",
    ],
)
def test_a_side_door_would_be_noticed(code: str) -> None:
    assert opened_by(code, "monitor/trends.py")


def test_every_door_is_still_there_and_in_use() -> None:
    """Or the list allows what nobody needs any more."""
    for door, files in (*DOORS.items(), *METHODS.items()):
        for file in files:
            (path,) = (p for p in python_files(*PACKAGES) if name_of(p) == file)
            assert door.rpartition(".")[2] in path.read_text(encoding="utf-8"), (door, file)


def test_the_browser_is_always_given_the_gate() -> None:
    (path,) = (p for p in python_files("alerts") if name_of(p) == "alerts/evidence/browser.py")
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("launch")
    ]
    assert calls
    assert all("proxy" in {keyword.arg for keyword in call.keywords} for call in calls)
