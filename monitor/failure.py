"""How the program fails: in a sentence that says what is wrong and what to do."""

from __future__ import annotations


class Explained(Exception):
    """str() is that sentence, for a person; it never quotes what somebody wrote."""
