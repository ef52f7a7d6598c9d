"""Every kind of source is held to the contract, and can tell a school about itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from sources import registry
from sources.testing import Promises


def _contracts(parent: type[Promises] = Promises) -> Iterator[type[Promises]]:
    for child in parent.__subclasses__():
        yield child
        yield from _contracts(child)


def test_every_kind_has_a_contract_test() -> None:
    """Nobody adds a kind without holding it to the promises."""
    for file in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.contract.{file.stem}")
    tested = {contract.source.kind for contract in _contracts() if hasattr(contract, "source")}
    assert set(registry.BUILT_IN) <= tested


@pytest.mark.parametrize("kind", sorted(registry.BUILT_IN))
def test_every_kind_describes_itself_in_json(kind: str) -> None:
    found = registry.describe(kind)
    assert found.kind == registry.load(kind).kind == kind
    assert json.dumps([key.default for key in found.keys])
    assert all(key.description for key in found.keys)
