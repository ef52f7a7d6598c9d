"""Does the verifier notice? In a pack with a real capture one byte after another is changed, and
our own verifier is asked, and the one from a pack on a Python that has nothing else. The whole is
BENCH_FLIPS=10000."""

from __future__ import annotations

import os
import random
import tempfile
import zipfile
from pathlib import Path

from alerts.evidence.carried import verifier_files
from alerts.evidence.launcher import find_browser
from alerts.evidence.verifier import check
from monitor import settings
from monitor.app import App
from monitor.domain import Mention
from tests.bench.table import Figure, Section
from tests.flips import Work, missed, some_bytes, verdicts, verdicts_alone
from tests.integration.site import Site, answer
from tests.timestamp_authority import Authority
from tests.unit.test_store import entry

TITLE = "Evidence that proves itself"
_CONFIG = """
[[schools]]
id = "park"
name = "Park School"
[network]
allow = ["{authority.place}", "127.0.0.1:{site.port}"]
[evidence]
timestamp_authorities = ["{authority.url}"]
timestamp_ca_file = "root.pem"
"""
_PICTURE = 1_500_000  # bytes that nothing can make smaller


def proofs() -> Section:
    if find_browser() is None:
        return Section(title=TITLE, note="not measured: there is no browser on this computer")
    number = int(os.environ.get("BENCH_FLIPS", "300"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack, sha256 = _pack(folder)
        (folder / "alone" / "verifier").mkdir(parents=True)
        for path, text in verifier_files().items():
            (folder / "alone" / path).write_text(text)
        work = Work(str(pack), sha256, some_bytes(pack, number, seed=11))
        size = sum(path.stat().st_size for path in pack.rglob("*") if path.is_file())
        ours = verdicts(work, check)
        alone = verdicts_alone(work, folder / "alone")
    differ = sum(one != other for one, other in zip(ours, alone, strict=True))
    what = f"{number:,} bytes changed, one at a time"
    return Section(
        title=TITLE,
        figures=(
            Figure(what="a pack with one full capture", unit="bytes", values=(float(size),)),
            _count(f"{what}: not named", len(missed(work, ours))),
            _count(f"{what}: not named by the verifier alone", len(missed(work, alone))),
            _count(f"{what}: the two disagree", differ),
        ),
        note="half of the bytes are drawn from all, half from a file drawn first",
    )


def _count(what: str, number: int) -> Figure:
    return Figure(what=what, unit="bytes", values=(float(number),))


def _pack(folder: Path) -> tuple[Path, str]:
    """An unpacked one, stamped by an authority, and the number printed at its export."""
    (folder / "authority").mkdir()
    with Authority(folder / "authority") as authority, Site() as site:
        picture = random.Random(1).randbytes(_PICTURE)
        site.pages["/big"] = lambda r: answer(r, picture, content_type="application/json")
        site.html("/post", "<h1>Town forum</h1><p>A joke.</p><script>fetch('/big')</script>")
        (folder / "root.pem").write_text(authority.root.read_text())
        (folder / "config.toml").write_text(_CONFIG.format(authority=authority, site=site))
        app = App(settings.load(folder / "config.toml"))
        url = site.url("/post")
        app.store.keep(
            entry(mention=Mention(source="f", external_id="1", url=url, text="A joke."))
        )
        app.evidence.capture()
        app.evidence.stamp()
        (case,) = app.store.cases()
        sha256 = app.evidence.export(case, folder / "pack.zip")
        app.close()
    with zipfile.ZipFile(folder / "pack.zip") as archive:
        archive.extractall(folder / "pack")
    return folder / "pack", sha256
