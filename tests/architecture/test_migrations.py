"""The steps of the database follow one after the other."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import monitor.store


def test_each_step_has_a_number_of_its_own_and_follows_the_one_before() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(monitor.store.__path__[0]) / "migrations"))
    steps = [*ScriptDirectory.from_config(config).walk_revisions()][::-1]
    assert [step.revision for step in steps] == [f"{n:04d}" for n in range(1, len(steps) + 1)]
    assert all(later.down_revision == step.revision for step, later in pairwise(steps))
    assert all(Path(step.path).name.startswith(f"{step.revision}_") for step in steps)
