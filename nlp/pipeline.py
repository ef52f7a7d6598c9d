"""The spaCy pipeline: a blank English tokenizer and our own components, no downloaded model.

    sentencizer, word_weights, school_link, phrase_rules, private_details

Each component reads and fills the `Case` that travels with the document. What it finds also
stands in `doc.spans[category]` for whoever looks at the document. A trained component can take
the place of `phrase_rules` without anybody outside this package noticing.
"""

from __future__ import annotations

from spacy import blank
from spacy.language import Language
from spacy.tokens import Doc

from monitor.domain import Category
from nlp.context import context_of
from nlp.judge import Case
from nlp.learned import features_of, load_weights, margins_of
from nlp.patterns import words_of
from nlp.people import private_details
from nlp.relevance import link
from nlp.rules import load_rules

CASE = "school_case"

_BY_PHRASE = tuple(category for category in Category if category is not Category.IDENTIFYING)


def build() -> Language:
    """Load every rule and put the pipeline together. Raises ValueError naming a bad rule."""
    nlp = blank("en")
    nlp.max_length = 1_000_000
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "\n"]})
    for name in ("word_weights", "school_link", "phrase_rules", "private_details"):
        nlp.add_pipe(name)
    load_weights()
    for rules in ("context", *_BY_PHRASE):
        load_rules(rules)
    return nlp


def case_of(doc: Doc) -> Case:
    case: Case = doc.user_data[CASE]
    return case


@Language.component("word_weights")
def word_weights(doc: Doc) -> Doc:
    """How far the words of the text speak for each question."""
    case = case_of(doc)
    case.names = case.profile.names.find(case.text)
    windows = features_of(case.text.lower, case.names, case.profile.rare_surnames)
    case.margins = margins_of(windows)
    return doc


@Language.component("school_link")
def school_link(doc: Doc) -> Doc:
    """Is it about this school?"""
    case = case_of(doc)
    words = case.margins.by_question["about"]
    case.link = link(
        case.profile,
        case.text,
        names=case.names,
        words=words,
        author=case.author,
        url=case.url,
    )
    return doc


@Language.component("phrase_rules")
def phrase_rules(doc: Doc) -> Doc:
    """The phrases of words/*.toml, for texts about the school only."""
    case = case_of(doc)
    if not case.about_school:
        return doc
    case.sentences = tuple((s.start_char, s.end_char + 1) for s in doc.sents)
    lower = case.text.lower
    words = words_of(lower)
    case.context = context_of(load_rules("context").hits(lower, words))
    for category in _BY_PHRASE:
        hits = list(load_rules(category).hits(lower, words))
        if hits:
            case.hits[category] = hits
            _mark(doc, category, [(hit.start, hit.end) for hit in hits])
    return doc


@Language.component("private_details")
def private_details_component(doc: Doc) -> Doc:
    """Names of children, addresses, phones and the like, for texts about the school only."""
    case = case_of(doc)
    if case.about_school:
        case.details = tuple(private_details(case.profile, case.text))
        _mark(doc, Category.IDENTIFYING, [(d.start, d.end) for d in case.details])
    return doc


def _mark(doc: Doc, category: Category, places: list[tuple[int, int]]) -> None:
    spans = (doc.char_span(start, end, category, alignment_mode="expand") for start, end in places)
    doc.spans[category.value] = [span for span in spans if span is not None]
