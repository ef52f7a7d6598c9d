"""What the Graph API answers about a Page. Any part may be withheld, to protect who wrote it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from sources.text import joined

Said = Annotated[str, BeforeValidator(lambda value: value or "")]  # null where there is none


class Person(BaseModel):
    id: Said = ""
    name: Said = ""


class _Attachment(BaseModel):
    """A link or a picture: its words are read, the picture never."""

    title: Said = ""
    description: Said = ""
    type: Said = ""


class _Attachments(BaseModel):
    data: tuple[_Attachment, ...] = ()


class Comment(BaseModel):
    """A comment or a reply; a post has the same and more."""

    id: str = Field(pattern=r"^\d[\d_]{2,80}$")
    message: Said = ""
    author: Person = Field(Person(), alias="from")
    created_time: str | None = None
    permalink_url: str | None = None
    attachment: _Attachment | None = None

    @property
    def attached(self) -> tuple[_Attachment, ...]:
        return (self.attachment,) if self.attachment else ()

    @property
    def words(self) -> str:
        shown = (word for a in self.attached for word in (a.title, a.description))
        return joined(self.message, *shown)

    @property
    def has_picture(self) -> bool:
        return any("photo" in a.type or "video" in a.type for a in self.attached)


class _Summary(BaseModel):
    total_count: int | None = None


class _Comments(BaseModel):
    summary: _Summary = _Summary()


class Post(Comment):
    attachments: _Attachments = _Attachments()
    comments: _Comments = _Comments()

    @property
    def attached(self) -> tuple[_Attachment, ...]:
        return self.attachments.data

    @property
    def has_comments(self) -> bool:
        """Unless it is certain that there are none."""
        return self.comments.summary.total_count != 0


class _Story(BaseModel):
    id: Said = ""


class Recommendation(BaseModel):
    created_time: str | None = None
    recommendation_type: Said = ""
    review_text: Said = ""
    reviewer: Person = Person()
    story: _Story = Field(_Story(), alias="open_graph_story")
