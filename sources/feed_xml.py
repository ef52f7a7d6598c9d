"""The XML of feeds, read so that no feed, however hostile, costs more than a second or two.

libxml2 reads it: it is fast, its effort grows with the length only, it knows neither network
nor files here, and it goes no deeper than 256 levels. Before it, the markup is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from sources.errors import LayoutChanged, TooLarge
from sources.feed_repair import repaired

MOST_MARKUP = 300_000  # tags and attributes; more than the longest honest feed in 5 MiB has
MOST_ITEMS = 5_000

ENTRIES = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "rdf"})
_PREFIXES = {
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "http://www.w3.org/1999/xhtml": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/slash/": "slash:",
    "http://purl.org/syndication/thread/1.0": "thread:",  # RFC 4685
}


def read_entries(content: bytes, charset: str) -> list[etree._Element]:
    """The items of a feed, in their order, each a tree of its own. *charset* is what the
    site says, or empty. Raises LayoutChanged where this is no feed, TooLarge."""
    text = _decoded(content, charset)
    if text.count("<") + text.count('="') + text.count("='") > MOST_MARKUP:
        raise TooLarge(f"the feed has more than {MOST_MARKUP} tags and attributes")
    root = _parsed(text)
    if root is None or name_of(root).lower() not in _ROOTS:
        raise LayoutChanged("this is neither RSS nor Atom nor JSON Feed")
    entries = [node for node in root.iter("{*}*") if name_of(node) in ENTRIES]
    if len(entries) > MOST_ITEMS:
        raise TooLarge(f"the feed has more than {MOST_ITEMS} items")
    for entry in entries:  # where a tag before it was left open, one lies within another
        parent = entry.getparent()
        if parent is not None:
            parent.remove(entry)
    return entries


def name_of(node: etree._Element) -> str:
    """Its name without namespace, but for some with a prefix: "dc:creator", "slash:comments"."""
    tag = node.tag
    if not isinstance(tag, str):
        return ""
    space, closed, name = tag.rpartition("}")
    return _PREFIXES.get(space[1:], "other:") + name if closed else name


def markup(node: etree._Element) -> Iterator[str]:
    """What is inside *node*, as HTML."""
    yield node.text or ""
    for child in node:
        yield etree.tostring(child, encoding="unicode")


def _parsed(text: str) -> etree._Element | None:
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), _parser(recover=False))
    except etree.XMLSyntaxError:
        return _recovered(repaired(text))


def _recovered(text: str) -> etree._Element | None:
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise TooLarge("the feed is nested too deeply")  # the rest of it was not read
    return root


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_DECLARED = re.compile(r"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], " ")


def _decoded(content: bytes, charset: str) -> str:
    """As Unicode that XML allows, without its declaration: what that says is done by then."""
    start = content[:300].decode("latin-1")
    declared = found[1] if (found := _DECLARED.match(start)) else ""
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), "")
    unmarked = next((name for mark, name in _UNMARKED if content.startswith(mark)), "")
    text = _first_that_fits(content, (marked, unmarked, charset, declared, "utf-8", "cp1252"))
    text = text.translate(_CONTROL).lstrip("\ufeff \t\r\n")
    return re.sub(r"^<\?xml[^>]*>", "", text).lstrip()


def _first_that_fits(content: bytes, names: tuple[str, ...]) -> str:
    for name in names:
        try:
            if name:
                return content.decode(name)
        except (LookupError, UnicodeError):
            continue
    return content.decode("utf-8", "replace")
