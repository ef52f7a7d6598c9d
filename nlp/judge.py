"""From what the rules and the reader found to a judgement; why: nlp/reasons.py."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monitor.domain import Category, Sentiment, Severity
from monitor.lessons import Lesson, Sense
from nlp.context import Context
from nlp.lessons import Spoken, shifted
from nlp.names import NameHit
from nlp.normalise import Normalised
from nlp.people import Detail
from nlp.profile import Profile
from nlp.reading import Reading, Thresholds
from nlp.relevance import Link
from nlp.rendering import Rendered
from nlp.rules import Hit
from nlp.severity import Signs, severity_of

# Who leads a part of it only is "head of maths"; of whatever else, the doubt is the chair's.
_PART = (
    r"(?: of (?:the |our |their |his |her )?(?:year|yr|key stage|ks\d|eyfs|sixth|6th|house"
    r"|boarding|pastoral|department|dept|faculty|math(?:s|ematics)?|english(?! martyrs)|science"
    r"|physics|chemistry|biology|history|geography|languages?|mfl|french|spanish|german|music|drama|art"
    r"|pe|sports?|games|re|computing|ict|it|dt|technology|food|business|send?|inclusion"
    r"|safeguarding|behaviour|attendance|governors|finance|admissions|catering)(?!\w))"
)
_HEAD = re.compile(
    r"(?<!\w)(?<!deputy )(?<!assistant )"
    rf"(?:head(?!'s office|{_PART})|head ?(?:teacher|master|mistress)(?!'s office)"
    r"|principal|rector)(?!\w)"
)
_CHILD = re.compile(
    r"(?<!\w)(?:child(?:ren)?|kids?|pupils?|students?|bo(?:y|ys)|girls?|lads?|lass(?:es)?|bairns?"
    r"|weans?|son|daughter|sons|daughters|teen(?:ager)?s?|(?:year|yr|y) ?\d{1,2}s?|under ?age"
    r"|minors?|(?:1[0-7]|[4-9]) ?(?:yo|year ?olds?))(?!\w)"
)


_SURELY_OURS, _SURELY_NOT = 0.9, 0.05
# What nothing links to the school, but sounds as if it were: never ours, but in doubt if grave.
_SOUNDS_OURS, _DOUBTFUL = 0.8, 0.45


@dataclass(slots=True)
class Case:
    """One piece of text on its way through the pipeline; the components fill it in, in order."""

    profile: Profile
    original: str
    text: Normalised
    author: str = ""
    url: str = ""
    review: bool = False  # it stands among the reviews of a place
    lessons: tuple[Lesson, ...] = ()  # of the school, as far as they are in force
    unreadable: str | None = None  # why it cannot be judged, in words
    names: tuple[NameHit, ...] = ()
    link: Link | None = None
    spoken: tuple[Spoken, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()
    context: Context = field(default_factory=lambda: Context(()))
    hits: dict[Category, list[Hit]] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    rendered: Rendered | None = None
    reading: Reading | None = None

    @property
    def relevance(self) -> float:
        """How surely it is about the school, with what its lessons say."""
        return shifted(self.untaught, self.heeded)

    @property
    def heeded(self) -> tuple[Spoken, ...]:
        """The lessons that count: none where rules are sure, and none against the school where
        somebody may be in danger."""
        if not self.spoken or self.link is None or self.link.sure is not None:
            return ()
        against = not self.dangerous
        return tuple(s for s in self.spoken if against or s.lesson.sense is Sense.OURS)

    @property
    def dangerous(self) -> bool:
        """Whether, by its phrases, somebody may be in danger."""
        return _signs(self).of_danger

    @property
    def untaught(self) -> float:
        """The same without them. Where rules are sure, they decide: what stands on the school's
        own website or names it beyond doubt is, and what nothing links to it is not, or a town's
        whole newspaper would be. A review need not say of what it is one."""
        read = self.reading.about if self.reading else 0.0
        if self.link is None or self.link.sure is None:
            return read
        if self.link.sure:
            return max(read, _SURELY_OURS)
        if self.review:
            return read
        return _DOUBTFUL if read >= _SOUNDS_OURS else min(read, _SURELY_NOT)

    def sentence_at(self, position: int) -> tuple[int, int]:
        for start, end in self.sentences:
            if start <= position < end:
                return start, end
        return 0, len(self.text.text)

    def told(self, category: Category) -> Iterator[tuple[int, int]]:
        """Where the reader saw it, in offsets of the normalised text."""
        if self.reading is None or self.rendered is None:
            return
        for telling in self.reading.telling[category]:
            place = self.rendered.origin(telling.start, telling.end)
            if place is not None:
                yield self._whole_words(*place)

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        text = self.text.text
        while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
            start -= 1
        while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
            end += 1
        return start, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement; see `monitor.domain.Assessment`."""

    about_school: bool = False
    scores: Mapping[Category, float] = field(default_factory=dict)
    categories: frozenset[Category] = frozenset()
    severity: Severity = Severity.NONE
    sentiment: Sentiment = Sentiment.NEUTRAL
    about_head: bool = False
    child_safety: bool = False
    criticism: bool = False


_WORTH_SAYING = 0.05
_PERHAPS_OURS = 0.1  # on schools not trained on, two in three of what is grave and above are ours


def verdict_of(case: Case, thresholds: Thresholds) -> Verdict:
    """Not about the school: nothing is held against it (labels: decision 1)."""
    reading = case.reading
    if reading is None or case.relevance < thresholds.about:
        return Verdict()
    return _if_ours(case, reading, thresholds)


def doubt_of(case: Case, thresholds: Thresholds) -> Verdict | None:
    """What it would be if it were about the school, of what is grave and perhaps is: a person
    has to say. None of anything else."""
    reading = case.reading
    if reading is None or case.relevance >= thresholds.about:
        return None
    danger = _signs(case).of_danger  # what must not be missed is not read away here, either
    heard = reading.at_least[Severity.HIGH] >= thresholds.at_least[Severity.HIGH]
    perhaps = (heard or danger) and _perhaps_ours(case, reading, thresholds)
    # "i hate hallow fell i want to die": what names us is not left to the reader alone
    named = danger and case.link is not None and case.link.about_school
    return _if_ours(case, reading, thresholds) if perhaps or named else None


_OF_DANGER = (Category.THREAT, Category.SELF_HARM, Category.SEXUAL, Category.EXTREMISM)


def _perhaps_ours(case: Case, reading: Reading, thresholds: Thresholds) -> bool:
    """With what is learnt. A lesson moves what is grave by one step at most, from ours to doubt
    or from doubt to nothing; and nothing that may be danger out of doubt, as the reader hears it
    where no phrase says so."""
    if case.relevance >= _PERHAPS_OURS or case.untaught < _PERHAPS_OURS:
        return case.relevance >= _PERHAPS_OURS
    if case.untaught >= thresholds.about:
        return True
    verdict = _if_ours(case, reading, thresholds)
    return verdict.child_safety or not verdict.categories.isdisjoint(_OF_DANGER)


def _if_ours(case: Case, reading: Reading, thresholds: Thresholds) -> Verdict:
    scores = {c: max(p, _surely(case, c)) for c, p in reading.categories.items()}
    heard = _heard(reading, thresholds)
    sure = frozenset(c for c, p in scores.items() if p >= thresholds.categories[c])
    categories = sure or _likeliest(scores, heard, thresholds)
    sentiment = max(reading.sentiment, key=lambda s: reading.sentiment[s])
    return Verdict(
        about_school=True,
        scores={c: round(p, 4) for c, p in scores.items() if p >= _WORTH_SAYING},
        categories=categories,
        severity=severity_of(categories, heard, _signs(case)),
        sentiment=sentiment,
        about_head=_about_head(case, categories),
        child_safety=_child_safety(case, categories),
        criticism=not categories and sentiment in (Sentiment.NEGATIVE, Sentiment.MIXED),
    )


_LIKELY = 0.6  # of what a category needs by itself; less makes threats of buses that will stop


def _likeliest(
    scores: Mapping[Category, float], heard: Severity, thresholds: Thresholds
) -> frozenset[Category]:
    """Grave as a whole, but not surely of one kind: it counts as what it most likely is, or
    what is veiled in several ways would count as nothing."""
    if heard.rank < Severity.HIGH.rank:
        return frozenset()
    near = {c: p / thresholds.categories[c] for c, p in scores.items()}
    likeliest = max(near, key=lambda c: near[c])
    return frozenset({likeliest} if near[likeliest] >= _LIKELY else ())


# Phrases so sure need no reader: one that has seen much slyness may overlook what is plain.
# On the development schools it costs no precision from here on.
_SURE = 0.6


def _surely(case: Case, category: Category) -> float:
    """How sure the phrases are by themselves; 0 unless they are very sure. A rule counts once,
    at its least excused place."""
    weights: dict[str, float] = {}
    for hit in case.hits.get(category, ()):
        left = case.context.remaining(category, case.sentence_at(hit.start))
        weights[hit.rule.id] = max(weights.get(hit.rule.id, 0.0), hit.rule.weight * left)
    sure = 1.0 - math.prod(1.0 - weight for weight in weights.values())
    return sure if sure >= _SURE else 0.0


def _heard(reading: Reading, thresholds: Thresholds) -> Severity:
    """The highest step that the reader is sure enough of."""
    sure = [s for s, p in reading.at_least.items() if p >= thresholds.at_least[s]]
    return max(sure, key=lambda s: s.rank, default=Severity.NONE)


def _tags(case: Case, *categories: Category) -> frozenset[str]:
    found = (hit for category in categories for hit in case.hits.get(category, ()))
    return frozenset(tag for hit in found for tag in hit.rule.tags)


def _signs(case: Case) -> Signs:
    threat, sexual = _tags(case, Category.THREAT), _tags(case, Category.SEXUAL)
    charge = _tags(case, Category.DEFAMATION)
    return Signs(
        specific="specific" in threat,
        weapon="weapon" in threat,
        adult_to_child={"adult", "child"} <= sexual,
        adult_charged={"adult", "child"} <= charge,
        image="image" in sexual,
        first_person="first_person" in _tags(case, Category.SELF_HARM),
        home_address=any(d.kind == "home_address" for d in case.details),
    )


def _about_head(case: Case, categories: frozenset[Category]) -> bool:
    """Whether the head's own conduct is complained of; not when the head is the target."""
    return any(
        _names_the_head(case, sentence)
        for category in (Category.DEFAMATION, Category.SEXUAL)
        if category in categories
        for sentence in _charges(case, category)
    )


def _charges(case: Case, category: Category) -> list[tuple[int, int]]:
    """The sentences that say it; the whole text where nobody can point at one."""
    places = (*_phrases(case, category), *case.told(category))
    return [case.sentence_at(start) for start, _ in places] or [(0, len(case.text.text))]


def _phrases(case: Case, category: Category) -> Iterator[tuple[int, int]]:
    for hit in case.hits.get(category, ()):
        yield hit.start, hit.end


def _names_the_head(case: Case, sentence: tuple[int, int]) -> bool:
    words = case.text.lower[sentence[0] : sentence[1]]
    surname = case.profile.head_surname
    rare = surname in case.profile.rare_surnames
    named = rare and re.search(rf"(?<!\w){re.escape(surname)}(?!\w)", words) is not None
    return named or _HEAD.search(words) is not None


def _child_safety(case: Case, categories: frozenset[Category]) -> bool:
    """Of whom an intimate picture is, nobody may look to find out: it could be a child,
    whatever else is held against the text."""
    child, signs = _CHILD.search(case.text.lower) is not None, _signs(case)
    return (
        Category.SELF_HARM in categories
        or (signs.image and categories != frozenset())
        or (Category.SEXUAL in categories and (child or signs.adult_to_child))
        or (Category.DEFAMATION in categories
            and {"adult", "child"} <= _tags(case, Category.DEFAMATION))
        or {Category.IDENTIFYING, Category.THREAT} <= categories
    )  # fmt: skip
