"""config.example.toml documents every key of the model, and its defaults are true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor import settings
from monitor.settings import Settings, _model_in
from sources import registry
from sources.contract import Source
from tests.architecture.project import ROOT

EXAMPLE = ROOT / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SHARED = frozenset(Source.model_fields)  # explained once, for whichever source comes first

_TABLE = re.compile(r"(?:# )?\[+([a-z_.]+)\]+")  # a whole table may be commented out, too
_COMMENTED = re.compile(r"# ([a-z_]+) = (.+?)(?:\s+#.*)?")


def _kinds() -> list[str]:
    return [table["kind"] for table in tomllib.loads(TEXT)["sources"]]


def _commented() -> Iterator[tuple[str, str, Any]]:
    """Each key that is commented out: its table, its name, its value as written."""
    table, kinds = "", iter(_kinds())
    for line in TEXT.splitlines():
        if found := _TABLE.match(line):
            table = found[1]
            table = f"sources.{next(kinds)}" if table == "sources" else table
        elif found := _COMMENTED.fullmatch(line):
            yield table, found[1], tomllib.loads(f"it = {found[2]}")["it"]


def _written(table: Any, path: str = "") -> Iterator[str]:
    """The dotted name of each key that is not commented out."""
    if isinstance(table, list):
        for item in table:
            yield from _written(item, path)
    elif isinstance(table, dict):
        for key, value in table.items():
            here = f"{path}.{table['kind']}" if path == "sources" else path
            yield f"{here}.{key}".lstrip(".")
            yield from _written(value, f"{here}.{key}".lstrip("."))


def _documented() -> set[str]:
    commented = {f"{table}.{key}".lstrip(".") for table, key, _ in _commented()}
    commented |= {table for table, _, _ in _commented()}
    return commented | set(_written(tomllib.loads(TEXT)))


def _fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        key = f"{path}.{field.alias or name}".lstrip(".")
        yield key, field
        inner = _model_in(field.annotation)
        if inner is not None and inner is not Source:
            yield from _fields(inner, key)


def _model_fields() -> dict[str, FieldInfo]:
    found = dict(_fields(Settings))
    for kind in _kinds():
        for key, field in registry.load(kind).model_fields.items():
            found[f"sources.{kind}.{key}"] = field
    return found


def test_it_loads() -> None:
    assert settings.load(EXAMPLE).schools


def test_the_common_kinds_of_source_are_shown() -> None:
    """The others are in docs/sources.md."""
    assert {"feed", "mastodon", "mediawiki", "searxng"} <= set(_kinds())


@pytest.mark.parametrize("key", sorted(_model_fields()))
def test_every_key_of_the_model_is_documented(key: str) -> None:
    table, _, name = key.rpartition(".")
    if table.startswith("sources.") and name in SHARED:
        assert any(f"sources.{kind}.{name}" in _documented() for kind in _kinds())
    else:
        assert key in _documented()


@pytest.mark.parametrize(("table", "key", "value"), [*_commented()])
def test_what_is_commented_out_is_the_default(table: str, key: str, value: object) -> None:
    """Or an example, where the default is nothing, which TOML cannot write, or there is none."""
    field = _model_fields()[f"{table}.{key}".lstrip(".")]
    default = field.get_default(call_default_factory=True, validated_data={})
    assert field.is_required() or default is None or _as_written(default) == value


def _as_written(default: object) -> object:
    return list(default) if isinstance(default, tuple) else default


def test_the_retention_shown_is_the_default() -> None:
    shown = tomllib.loads(TEXT)["retention"]
    assert shown == {
        key: field.default
        for key, field in settings.Settings.model_fields[
            "retention"
        ].annotation.model_fields.items()  # type: ignore[union-attr]  # Retention, a model
    }
