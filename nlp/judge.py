"""From what the rules found to a judgement: scores, categories, severity, and the reasons."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from monitor.domain import ABOUT_SCHOOL, Category, Reason, Sentiment, Severity
from nlp.context import Context
from nlp.learned import Margins
from nlp.names import NameHit
from nlp.normalise import Normalised
from nlp.people import Detail
from nlp.profile import Profile
from nlp.relevance import Link
from nlp.rules import Hit
from nlp.sentiment import grave, praise_and_complaint, sentiment_of
from nlp.severity import Signs, severity_of

THRESHOLD = 0.5
DOUBTFUL = 0.35  # enough where the words as a whole sound grave: doubt goes up

_JOKES = frozenset({"idiom", "sport", "game", "stage", "children_jest"})
_HEAD = re.compile(
    r"(?<!\w)(?<!deputy )(?<!assistant )(?:the |our |new )?"
    r"(?:head(?:teacher|master|mistress)?(?! of (?!school|this|the school)|'s office)"
    r"|principal|rector)(?!\w)"
)


@dataclass(slots=True)
class Case:
    """One text on its way through the pipeline; the components fill it in, in order."""

    profile: Profile
    text: Normalised
    author: str
    url: str
    names: tuple[NameHit, ...] = ()
    link: Link | None = None
    sentences: tuple[tuple[int, int], ...] = ()
    context: Context = field(default_factory=lambda: Context(()))
    hits: dict[Category, list[Hit]] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    margins: Margins = field(default_factory=lambda: Margins({}, {}))

    def margin(self, question: str) -> float:
        return self.margins.by_question.get(question, -2.0)

    @property
    def about_school(self) -> bool:
        return self.link is not None and self.link.about_school

    def sentence_at(self, position: int) -> tuple[int, int]:
        for start, end in self.sentences:
            if start <= position < end:
                return start, end
        return 0, len(self.text.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement in offsets of the original text; see `monitor.domain.Assessment`."""

    scores: Mapping[Category, float]
    categories: frozenset[Category]
    severity: Severity
    sentiment: Sentiment
    about_head: bool
    child_safety: bool
    criticism: bool


def scores_of(case: Case) -> dict[Category, float]:
    """For each category how sure we are: what the rules found and what the words weigh."""
    scores = {}
    for category in Category:
        rules = _by_rules(case, category)
        margin = case.margin(category.value) - _softened(case, category)
        scores[category] = round(_together(category, rules, margin), 4)
    return {category: score for category, score in scores.items() if score >= 0.05}


def _together(category: Category, rules: float, margin: float) -> float:
    """Private details have a shape, so rules decide; elsewhere the words weigh more."""
    if category is Category.IDENTIFYING:
        odds = 6.0 * (rules - 0.5) + 1.0 * margin
    elif rules < _SOME:
        odds = 2.5 * (margin - _WORDS_ALONE)
    else:
        odds = 2.5 * margin + 1.5 * rules
    if rules >= _CERTAIN:
        odds = max(odds, 0.5)
    return 1 / (1 + math.exp(-odds))


def _softened(case: Case, category: Category) -> float:
    """Quotation, courts, sport and the like weigh against the words, too."""
    return 1.0 - case.context.remaining(category, (0, len(case.text.text)))


# Rules at least so sure count as support; without it the words must speak more clearly, and
# rules that are certain need no words.
_SOME, _CERTAIN = 0.15, 0.85
_WORDS_ALONE = 0.4


def _by_rules(case: Case, category: Category) -> float:
    """One minus the chance that every rule that matched is mistaken."""
    if category is Category.IDENTIFYING:
        return _identifying(case)
    missing = 1.0
    for weight in _weight_by_rule(case, category, case.hits.get(category, ())).values():
        missing *= 1.0 - weight
    return 1.0 - missing


def _weight_by_rule(case: Case, category: Category, hits: Iterable[Hit]) -> dict[str, float]:
    """A rule counts once, at its least excused place."""
    weights: dict[str, float] = {}
    for hit in hits:
        left = case.context.remaining(category, case.sentence_at(hit.start))
        weight = hit.rule.weight * left
        weights[hit.rule.id] = max(weights.get(hit.rule.id, 0.0), weight)
    return weights


def _identifying(case: Case) -> float:
    missing = 1.0
    best: dict[str, float] = {}
    for detail in case.details:
        left = case.context.remaining(Category.IDENTIFYING, case.sentence_at(detail.start))
        best[detail.kind] = max(best.get(detail.kind, 0.0), detail.weight * left)
    for weight in best.values():
        missing *= 1.0 - weight
    return 1.0 - missing


def verdict_of(case: Case) -> Verdict:
    """Not about the school: nothing is held against it (labels: decision 1)."""
    if not case.about_school:
        return Verdict(
            scores={},
            categories=frozenset(),
            severity=Severity.NONE,
            sentiment=Sentiment.NEUTRAL,
            about_head=False,
            child_safety=False,
            criticism=False,
        )
    scores = scores_of(case)
    threshold = DOUBTFUL if case.margin("alert") > 0 else THRESHOLD
    categories = frozenset(c for c, score in scores.items() if score >= threshold)
    sentiment = sentiment_of(
        praise=case.margin("positive"),
        complaint=case.margin("negative"),
        accused=bool(categories - {Category.IDENTIFYING}),
    )
    criticism = not categories and sentiment in (Sentiment.NEGATIVE, Sentiment.MIXED)
    return Verdict(
        scores=scores,
        categories=categories,
        severity=severity_of(categories, _signs(case), criticism=criticism),
        sentiment=sentiment,
        about_head=_about_head(case, categories),
        child_safety=_child_safety(case, categories),
        criticism=criticism,
    )


def _tags(case: Case, categories: Iterable[Category]) -> frozenset[str]:
    found = (hit for category in categories for hit in case.hits.get(category, ()))
    return frozenset(tag for hit in found for tag in hit.rule.tags)


def _signs(case: Case) -> Signs:
    threat, sexual = _tags(case, {Category.THREAT}), _tags(case, {Category.SEXUAL})
    charge = _tags(case, {Category.DEFAMATION})
    self_harm = _tags(case, {Category.SELF_HARM})
    praise, complaint = praise_and_complaint(case.text.lower)
    return Signs(
        specific="specific" in threat,
        weapon="weapon" in threat,
        adult_to_child={"adult", "child"} <= sexual,
        adult_charged={"adult", "child"} <= charge,
        image="image" in sexual,
        encouraged="encouraged" in self_harm,
        private_details=frozenset(detail.kind for detail in case.details),
        joke=bool(case.context.kinds & _JOKES) and "meant" not in case.context.kinds,
        warm=praise > complaint,
        grave_complaint=grave(case.text.lower),
        gravity=case.margin("alert"),
    )


def _about_head(case: Case, categories: frozenset[Category]) -> bool:
    """Whether the head's own conduct is complained of; not when the head is the target."""
    charges = [
        hit
        for category in (Category.DEFAMATION, Category.SEXUAL)
        if category in categories
        for hit in case.hits.get(category, ())
        if category is Category.DEFAMATION or "adult" in hit.rule.tags
    ]
    return any(_names_the_head(case, case.sentence_at(hit.start)) for hit in charges)


def _names_the_head(case: Case, sentence: tuple[int, int]) -> bool:
    words = case.text.lower[sentence[0] : sentence[1]]
    surname = case.profile.head_surname
    rare = surname in case.profile.rare_surnames
    named = rare and re.search(rf"(?<!\w){re.escape(surname)}(?!\w)", words) is not None
    return named or _HEAD.search(words) is not None


def _child_safety(case: Case, categories: frozenset[Category]) -> bool:
    sexual, charge = _tags(case, {Category.SEXUAL}), _tags(case, {Category.DEFAMATION})
    return (
        Category.SELF_HARM in categories
        or (Category.SEXUAL in categories and bool(sexual & {"child", "image"}))
        or (Category.DEFAMATION in categories and {"adult", "child"} <= charge)
        or {Category.IDENTIFYING, Category.THREAT} <= categories
    )


def reasons_of(case: Case, verdict: Verdict, original: str) -> tuple[Reason, ...]:
    """The words behind every flag and behind about_school, in the order of the text."""
    return _in_order(case, original, [*_link_reasons(case), *_flag_reasons(case, verdict)])


def link_reasons(case: Case, original: str) -> tuple[Reason, ...]:
    """Only the words for and against about_school."""
    return _in_order(case, original, _link_reasons(case))


def _in_order(
    case: Case, original: str, found: Iterable[tuple[str, str, int, int]]
) -> tuple[Reason, ...]:
    reasons = {_reason(case.text, original, *one) for one in found}
    return tuple(sorted(reasons, key=lambda r: (r.start, r.end, r.category, r.rule)))


def _link_reasons(case: Case) -> Iterator[tuple[str, str, int, int]]:
    for evidence in case.link.evidence if case.link else ():
        if evidence.end > evidence.start:
            yield ABOUT_SCHOOL, f"relevance.{evidence.name}", evidence.start, evidence.end


def _flag_reasons(case: Case, verdict: Verdict) -> Iterator[tuple[str, str, int, int]]:
    """Phrases and details say it in words a reader follows; single telling words stand in
    only where there are none."""
    for category in verdict.categories:
        yield from list(_said(case, category)) or _telling(case, category)


def _said(case: Case, category: Category) -> Iterator[tuple[str, str, int, int]]:
    for hit in case.hits.get(category, ()):
        yield category.value, hit.rule.id, hit.start, hit.end
    if category is Category.IDENTIFYING:
        for detail in case.details:
            yield category.value, f"people.{detail.kind}", detail.start, detail.end


def _telling(case: Case, category: Category) -> Iterator[tuple[str, str, int, int]]:
    for feature in case.margins.telling.get(category.value, ()):
        yield category.value, f"words.{category.value}", feature.start, feature.end


def _reason(
    text: Normalised, original: str, category: str, rule: str, start: int, end: int
) -> Reason:
    first, last = text.origin(start, end)
    return Reason(category=category, rule=rule, start=first, end=last, text=original[first:last])
