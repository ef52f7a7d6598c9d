"""The spaCy pipeline: a blank English tokenizer and our own components, no downloaded model.

    sentencizer, school_link, phrase_rules, private_details, trained_reader

Each component reads and fills the `Case` that travels with the document. What is found also
stands in `doc.spans[category]` and `doc.cats` for whoever looks at the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spacy import blank
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from monitor.domain import Category
from nlp.clues import Seen
from nlp.context import context_of
from nlp.evidence import evidence_of
from nlp.judge import Case
from nlp.lessons import speaking
from nlp.pages import page_of
from nlp.patterns import words_of
from nlp.people import private_details
from nlp.reader import Reader, reader
from nlp.relevance import link
from nlp.rendering import render
from nlp.rules import load_rules

_CASE = "school_case"
_BY_RULES = ("sentencizer", "school_link", "phrase_rules", "private_details")
_BY_PHRASE = tuple(category for category in Category if category is not Category.IDENTIFYING)


class Pipeline:
    """Everything that looks at a text, put together once. Raises ValueError naming a bad rule."""

    def __init__(self) -> None:
        self._nlp = _build((*_BY_RULES, "trained_reader"))
        self.reader: Reader = reader()

    def run(self, cases: Sequence[Case]) -> None:
        """Fill in what is found; the texts are read together."""
        docs = [_doc(self._nlp, case) for case in cases]
        for _ in self._nlp.pipe(docs, batch_size=max(1, len(docs))):
            pass


def run_rules(cases: Iterable[Case]) -> None:
    """All but the trained reader: what training needs."""
    nlp = _build(_BY_RULES)
    for _ in nlp.pipe(_doc(nlp, case) for case in cases):
        pass


def _build(names: Iterable[str]) -> Language:
    nlp = blank("en")
    nlp.max_length = 1_000_000
    punctuation = {"punct_chars": [".", "!", "?", "…", "\n"]}
    for name in names:
        nlp.add_pipe(name, config=punctuation if name == "sentencizer" else {})
    for rules in ("context", *_BY_PHRASE):
        load_rules(rules)
    return nlp


def _doc(nlp: Language, case: Case) -> Doc:
    doc = nlp.make_doc(case.text.text)
    doc.user_data[_CASE] = case
    return doc


def _case_of(doc: Doc) -> Case:
    case: Case = doc.user_data[_CASE]
    return case


@Language.component("school_link")
def school_link(doc: Doc) -> Doc:
    """Who is named, and what speaks for and against its being this school."""
    case = _case_of(doc)
    case.names = case.profile.names.find(case.text)
    case.link = link(case.profile, case.text, names=case.names, author=case.author, url=case.url)
    seen = Seen(case.profile, case.text, case.names, page_of(case.profile, case.url))
    case.spoken = speaking(case.lessons, seen, case.link)
    return doc


@Language.component("phrase_rules")
def phrase_rules(doc: Doc) -> Doc:
    """The phrases of words/*.toml."""
    case = _case_of(doc)
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
    """Names of children, addresses, phones and the like."""
    case = _case_of(doc)
    case.details = tuple(private_details(case.profile, case.text))
    _mark(doc, Category.IDENTIFYING, [(d.start, d.end) for d in case.details])
    return doc


class TrainedReader:
    """Weighs the words together with all that the rules saw."""

    def __call__(self, doc: Doc) -> Doc:
        return self._read([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        for batch in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            yield from self._read(batch)

    def _read(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        cases = [_case_of(doc) for doc in docs]
        for case in cases:
            case.rendered = render(case.profile, case.text, case.names, author=case.author)
        readings = reader().read([(c.rendered, evidence_of(c)) for c in cases if c.rendered])
        for doc, case, reading in zip(docs, cases, readings, strict=True):
            case.reading = reading
            doc.cats = {category.value: p for category, p in reading.categories.items()}
        return docs


@Language.factory("trained_reader")
def trained_reader(nlp: Language, name: str) -> TrainedReader:
    del nlp, name
    return TrainedReader()


def _mark(doc: Doc, category: Category, places: list[tuple[int, int]]) -> None:
    spans = (doc.char_span(start, end, category, alignment_mode="expand") for start, end in places)
    doc.spans[category.value] = [span for span in spans if span is not None]
