"""Hatch asks this before it builds a package: what the dashboard's pages load goes into it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))


class Assets(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout: `make setup` brings them
            return
        from bring import TARGET, bring

        bring()
        if self.target_name == "wheel":
            build_data["force_include"][str(TARGET)] = "monitor/web/assets"
