"""Proves that evidence is what was sealed. Travels in every evidence pack.

Needs Python 3.8 or later and nothing else; so these files import nothing of ours but one
another, and share no code with what seals: whoever doubts the one has the other.
"""

from .capture import MANIFEST, hashed, verify
from .chain import verify_chain
from .command import check, main, provisos
from .pack import PACK, is_pack, verify_pack
from .problem import Problem

__all__ = [
    "MANIFEST",
    "PACK",
    "Problem",
    "check",
    "hashed",
    "is_pack",
    "main",
    "provisos",
    "verify",
    "verify_chain",
    "verify_pack",
]
