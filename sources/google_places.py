"""Google Maps: the reviews of the school that Google chooses to show, judged and not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, Field, field_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import MissingSecret, Secret
from sources.answer import judge
from sources.contract import About, Every, Page, Source
from sources.errors import AccessRefused, LayoutChanged, RateLimited, Unreachable
from sources.http import Answer, PoliteClient
from sources.manners import retry_after
from sources.memory import Seen, digest, resume
from sources.text import dated, joined, web_link
from sources.window import Window, oldest_first

API = "https://places.googleapis.com/v1/places"
FIELDS = "id,reviews"  # what is not asked for is not paid for
_MONTH, _SOONEST = timedelta(days=31), timedelta(hours=1)


class GooglePlaces(Source):
    """Each review that was not among the five before, or was changed since."""

    kind: ClassVar[str] = "google_places"
    group: ClassVar[SourceGroup] = SourceGroup.REVIEWS
    about: ClassVar[About] = About(
        finds="reviews of the school on Google Maps: at most five, and Google chooses which",
        cost="one visit is one request of Google's dearest kind, about $25 for 1,000 with 1,000 a "
        "month free (not verified); once a day is 31 a month, so free, but a bank card is needed",
        limits="Google prefers reviews that help, not new ones, so a new one may come late or "
        "never; stars without words, and what a picture shows, are not judged",
        terms="Google lets reviews be read but not kept, not even for a day: they are judged in "
        "passing, and only the judgement, the date and the link are kept; no words, no stars, no "
        "name, no screenshot. Read a review where it stands, with its author's name",
    )
    key: Secret = Field(description="the API key from console.cloud.google.com, as env:NAME")
    place: str = Field(
        pattern=r"^[A-Za-z0-9_-]+$",
        min_length=10,
        max_length=300,
        description="the school's place ID; it often begins with ChIJ",
    )
    every: Every = Field(
        timedelta(days=1), description='how often to look, "1h" or longer: each visit counts'
    )

    @field_validator("every")
    @classmethod
    def _seldom(cls, every: timedelta) -> timedelta:
        if every < _SOONEST:
            raise ValueError("must be an hour or longer, since Google charges for each visit")
        return every

    def plan(self, school: School) -> str:  # noqa: ARG002 # it is the same for each
        return f"About {round(_MONTH / self.every)} requests to Google a month."

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        seen = Seen(resume(Window, cursor).seen)
        found = self._ask(client).read(_Place)
        for mention in oldest_first(self._mention(r, school) for r in found.reviews):
            if seen.add(mention.external_id):
                yield Page(mentions=(mention,), cursor=_cursor(seen))
        yield Page(mentions=(), cursor=_cursor(seen))

    def _ask(self, client: PoliteClient) -> Answer:
        try:
            headers = {"X-Goog-Api-Key": self.key.reveal(), "X-Goog-FieldMask": FIELDS}
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        answer = client.get(
            f"{API}/{self.place}",
            params={"languageCode": "en-GB"},
            headers=headers,
            accept="application/json",
            expect=(400, 403, 404, 429),
        )
        if answer.status != 200:
            _complain(answer)
        return answer

    def _mention(self, review: _Review, school: School) -> Mention:
        """Its words are for the judge alone. The mark is ours: it tells two reviews apart."""
        words = review.words
        mark, at = digest(f"{review.name} {words}"), dated(review.published)["published_at"]
        when = f"{at:%d %B %Y}" if at else "unknown date"
        return Mention(
            source=self.name,
            external_id=f"review:{mark}",
            url=web_link("", review.link) or f"{_MAPS}{self.place}",
            text=joined(f"Review of {school.name}", words),
            **dated(review.published),
            kept_as=_KEPT.format(name=school.name, when=when, mark=mark),
        )


_MAPS = "https://www.google.com/maps/search/?api=1&query=school&query_place_id="
_KEPT = (
    "A review of {name} on Google Maps, {when}.\n\nGoogle does not allow its words to be kept "
    "here: please open the address and read it there. (Our mark for it: {mark})"
)


def _cursor(seen: Seen) -> str:
    return Window(seen=seen.digests()).model_dump_json()


def _complain(answer: Answer) -> None:
    """Say what Google means; a status says little: 403 is three different things."""
    status, reason = answer.status, _reason(answer)
    if status == 429:
        raise RateLimited(_QUOTA, retry_after=retry_after(answer.headers), status=status)
    if status == 404:
        raise Unreachable(_MOVED, status=status)
    if status in (400, 403):
        raise AccessRefused(_REFUSED.get(reason, _KEY), status=status)
    judge(status, answer.headers, "places.googleapis.com")


_QUOTA = "the requests that Google allows for this key are used up for now"
_MOVED = "Google does not know this place ID any more; look it up anew"
_KEY = "Google does not accept the key or the place ID; copy both again"
_REFUSED = {
    "SERVICE_DISABLED": 'switch on "Places API (New)" for the key\'s project',
    "BILLING_DISABLED": "the key's project has no billing account, which Google wants for this",
    "API_KEY_SERVICE_BLOCKED": 'the key is not allowed to use "Places API (New)"',
    "API_KEY_IP_ADDRESS_BLOCKED": "the key is bound to another computer's address",
}


class _Detail(BaseModel):
    reason: str = ""


class _Complaint(BaseModel):
    details: tuple[_Detail, ...] = ()


class _Error(BaseModel):
    error: _Complaint = _Complaint()


def _reason(answer: Answer) -> str:
    try:
        details = answer.read(_Error).error.details
    except LayoutChanged:
        return ""
    return next((detail.reason for detail in details if detail.reason), "")


class _Words(BaseModel):
    text: str = ""


class _Review(BaseModel):
    """Without its stars and its author's name: what is not read cannot be kept."""

    name: str = Field(min_length=1)
    text: _Words | None = None
    original: _Words | None = Field(None, alias="originalText")
    published: str | None = Field(None, alias="publishTime")
    link: str | None = Field(None, alias="googleMapsUri")

    @property
    def words(self) -> str:
        return next((w.text for w in (self.text, self.original) if w and w.text), "")


class _Place(BaseModel):
    id: str = Field(min_length=1)
    reviews: tuple[_Review, ...] = ()
