"""Time stamps in a pack: is each for the manifest it claims? With openssl, also: who signed it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from .capture import MANIFEST
from .problem import CHANGED, Problem

FOLDER = "timestamps"
# In DER: the SHA-256 that a token is about stands behind the name of the method.
_BEFORE = tuple(
    bytes.fromhex(head + "0609608648016503040201" + tail)
    for head, tail in (("300d", "05000420"), ("300b", "0420"))
)


def verify_stamps(folder: Path) -> list[Problem]:
    """What is wrong with the tokens in an unpacked pack. Who signed a token, and that it was
    not altered, only openssl can tell; where that is missing, the pack's list of hashes must do.
    """
    problems = []
    for token in sorted((folder / FOLDER).glob("*.tsr")):
        manifest = folder / token.name.rpartition(".")[0].rpartition(".")[0] / MANIFEST
        why = _wrong(token, manifest)
        if why:
            name = f"{FOLDER}/{token.name}"
            problems.append(Problem(name, CHANGED, f"{name} proves nothing: {why}."))
    return problems


def _wrong(token: Path, manifest: Path) -> str | None:
    try:
        content, about = token.read_bytes(), hashlib.sha256(manifest.read_bytes()).digest()
    except OSError as fault:
        return f"it or its manifest cannot be read ({fault.strerror})"
    if not any(before + about in content for before in _BEFORE):
        return "it was made for something else"
    return _by_openssl(token, manifest)


def _by_openssl(token: Path, manifest: Path) -> str | None:
    program = shutil.which("openssl")
    if program is None:
        return None
    command = [program, "ts", "-verify", "-in", str(token), "-data", str(manifest)]
    command += ["-CAfile", str(token.with_suffix(".pem"))]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return None if done.returncode == 0 else "openssl does not believe it"


def has_stamps(folder: Path) -> bool:
    return any((folder / FOLDER).glob("*.tsr"))


def proviso(folder: Path) -> list[str]:
    """What could not be checked here."""
    if not has_stamps(folder) or shutil.which("openssl"):
        return []
    return [
        "Who signed the time stamps was not checked, because this computer has no openssl: "
        "see README.txt."
    ]
