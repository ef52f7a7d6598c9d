"""What must be forgotten, and when. Pure: deletes nothing.

Defaults follow the schools' toolkit (IRMS) where it speaks and are ours elsewhere; a school
may lengthen or shorten each in [retention].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Ge(1), Le(36_500)]  # at most a century: a calendar ends somewhere


class Retention(BaseModel):
    """[retention]: how long things are kept, in days."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    not_about_us_days: Days = Field(30, description="posts judged not about the school")
    author_days: Days = Field(90, description="the author's name on posts outside the log")
    mention_days: Days = Field(730, description="other posts outside the incident log")
    coverage_days: Days = Field(
        730, description="the record of which sources were checked, and when"
    )
    incident_days: Days = Field(
        2192, ge=365, description="closed incidents with their evidence (six years)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """What was first seen, or closed, before these moments is forgotten."""

    not_about_us: datetime
    author: datetime
    mention: datetime
    coverage: datetime
    incident: datetime


def cutoffs(retention: Retention, now: datetime) -> Cutoffs:
    return Cutoffs(
        not_about_us=now - timedelta(days=retention.not_about_us_days),
        author=now - timedelta(days=retention.author_days),
        mention=now - timedelta(days=retention.mention_days),
        coverage=now - timedelta(days=retention.coverage_days),
        incident=now - timedelta(days=retention.incident_days),
    )
