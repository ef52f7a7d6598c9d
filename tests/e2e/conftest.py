"""A town on real servers."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.servers import MediaWiki, Searx, wiki_engine
from tests.e2e.town import TownPaper, Written, write_the_wiki


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A wiki and a newspaper that write of the school, and a searx that searches both."""

    wiki: MediaWiki
    written: Written
    paper: TownPaper
    searx: Searx


@contextmanager
def running_town(folder: Path) -> Iterator[Town]:
    with closing(MediaWiki(folder / "wiki")) as wiki, closing(TownPaper()) as paper:
        wiki.start()
        written = write_the_wiki(wiki)
        with closing(Searx(folder / "searx", [wiki_engine(wiki), paper.engine()])) as searx:
            searx.start()
            yield Town(wiki=wiki, written=written, paper=paper, searx=searx)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town of the test's own, which it may change."""
    with running_town(tmp_path) as running:
        yield running
