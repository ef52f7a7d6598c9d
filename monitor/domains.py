"""Which part of a host somebody registered: of www.gazette.co.uk it is gazette.co.uk.

By the list of public suffixes (publicsuffix.org), of which only what registries themselves say
counts: whoever has a page at a host of pages is not taken for a site of their own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def registered(host: str) -> str:
    """In lower case. Empty for one label, and for what is merely a registry's, as co.uk is."""
    return _registries().privatesuffix(host.lower().strip(".")) or ""


@cache
def _registries() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # takes a tenth of a second to read

    return PublicSuffixList(only_icann=True)
