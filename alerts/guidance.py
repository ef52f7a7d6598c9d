"""What a school is told to do, as dated data that it may edit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from monitor.domain import Case, Category

OURS = Path(__file__).with_name("guidance.toml")

UNREAD = "unread"
CHILD_SAFETY = "child_safety"
ABOUT_HEAD = "about_head"
_NEEDED = (*(category.value for category in Category), UNREAD, CHILD_SAFETY, ABOUT_HEAD)

# The first of these that an incident has gives its mail the subject and the first steps.
GRAVEST_FIRST = (
    Category.SELF_HARM,
    Category.THREAT,
    Category.SEXUAL,
    Category.EXTREMISM,
    Category.IDENTIFYING,
    Category.HATE,
    Category.DEFAMATION,
    Category.ABUSE,
    Category.IMPERSONATION,
)


class BadGuidance(ValueError):
    """The file of guidance cannot be used; the message says where it is wrong."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Words = TypeVar("Words", bound=Part)


class Steps(Part):
    """What to say of one category."""

    name: str
    because: str
    do: tuple[str, ...]
    do_not: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


class Helper(Part):
    """Someone outside the school who can help."""

    name: str
    details: str


class Guidance(Part):
    checked_on: date
    applies_in: str
    notice: str
    disclaimer: str
    do: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    categories: dict[str, Steps]
    contacts: dict[str, Helper]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [name for name in _NEEDED if name not in self.categories]
        if missing:
            raise ValueError(f"no [categories.…] for: {', '.join(missing)}")
        used = {name for steps in self.categories.values() for name in steps.contacts}
        if unknown := sorted(used - self.contacts.keys()):
            raise ValueError(f"no [contacts.…] for: {', '.join(unknown)}")
        return self

    def topics(self, case: Case) -> tuple[Steps, ...]:
        """What to say of *case*, the most pressing first; never empty."""
        names = [ABOUT_HEAD] * case.concerns_head + [CHILD_SAFETY] * case.concerns_child
        found = case.incident.categories
        names += [category.value for category in GRAVEST_FIRST if category in found]
        return tuple(self.categories[name] for name in names or [UNREAD])

    def is_judged(self, case: Case) -> bool:
        """Whether anything is known of what it is about."""
        return self.topics(case)[0] is not self.categories[UNREAD]

    def steps(self, case: Case) -> Steps:
        """One list for the whole incident: what to do by its most pressing topic, for two
        lists would contradict each other, and all that any of its topics forbids."""
        topics = self.topics(case)
        return Steps(
            name=topics[0].name,
            because=topics[0].because,
            do=topics[0].do + self.do,
            do_not=self.do_not + _once(line for steps in topics for line in steps.do_not),
            contacts=_once(name for steps in topics for name in steps.contacts),
        )


def load_guidance(path: Path = OURS) -> Guidance:
    """Read a file of guidance. Raises BadGuidance."""
    return read_words(Guidance, path)


def read_words(shape: type[Words], path: Path) -> Words:
    """A file of what we say, as a school may have its own. Raises BadGuidance."""
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        raise BadGuidance(f"{path} cannot be read") from None
    except tomllib.TOMLDecodeError as fault:
        raise BadGuidance(f"{path} is not valid TOML: {fault}") from None
    except ValidationError as fault:
        raise BadGuidance(f"{path} is not in order: {_first_mistake(fault)}") from None


def _first_mistake(fault: ValidationError) -> str:
    error = fault.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"].removeprefix("Value error, ")


def _once(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
