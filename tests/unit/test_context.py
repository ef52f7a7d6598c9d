"""What takes the sting out of words, and where it does not."""

from __future__ import annotations

from monitor.domain import Category
from nlp.context import Context, context_of
from nlp.patterns import words_of
from nlp.rules import load_rules


def _context(text: str) -> Context:
    return context_of(load_rules("context").hits(text, words_of(text)))


def test_an_idiom_excuses_only_its_own_sentence() -> None:
    text = "i could murder a brew. i will stab him."
    context = _context(text)
    assert context.remaining(Category.THREAT, (0, 22)) < 1
    assert context.remaining(Category.THREAT, (23, len(text))) == 1


def test_a_court_report_excuses_the_whole_text() -> None:
    text = "he stole it. magistrates heard this on monday."
    assert _context(text).remaining(Category.DEFAMATION, (0, 12)) < 0.5


def test_a_court_report_does_not_excuse_a_home_address() -> None:
    text = "magistrates heard this"
    assert _context(text).remaining(Category.IDENTIFYING, (0, len(text))) == 1


def test_laughter_excuses_nothing_once_it_is_meant() -> None:
    text = "i will stab him lol. not a joke."
    assert _context(text).remaining(Category.THREAT, (0, 20)) == 1
