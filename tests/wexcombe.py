"""The invented school that the tests of the judging stage ask about."""

from __future__ import annotations

from monitor.domain import Mention, School, StaffMember

WEXCOMBE = School(
    id="wexcombe",
    name="Wexcombe Park Primary School",
    aliases=("Wexcombe Park Primary", "Wexcombe Park", "WPPS", "Wexy's"),
    urn="123456",
    town="Wexcombe",
    county="Wexshire",
    postcode="WX4 1ZZ",
    website="https://www.wexcombepark.example",
    handles=("@wexcombepark",),
    hashtags=("#wexcombepark",),
    homonyms=("Wexcombe Park Hotel", "Wexcombe Park Primary, Ohio"),
    headteacher="Mrs A Head",
    staff=(
        StaffMember(name="Mr B Deputy", role="Deputy headteacher"),
        StaffMember(name="Miss Keeley Rowbarton", role="Year 4 teacher"),
    ),
)


def post(text: str, *, author: str = "", url: str = "") -> Mention:
    return Mention(source="test", external_id="1", url=url, text=text, author=author)
