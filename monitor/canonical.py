"""One address for one page, however people came by it: without trackers, wrappers and faces.

For telling whether two addresses mean one page; never for opening it. In doubt two addresses
stay two: what is joined by mistake is hidden, what is kept apart is only shown twice.

What each parameter is for is as its makers say (Google Ads and Analytics, Meta, Microsoft,
X, TikTok, Mailchimp, HubSpot, Matomo, the BBC, the Guardian; looked up in November 2026).
Broad words such as `ref`, `source` or `id` are left alone: on some sites they name the page.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, parse_qs, quote, unquote_plus, urlsplit, urlunsplit

from monitor.domains import registered

_LONGEST = 8000  # characters; longer ones are only equal to themselves
_UNFOLDINGS = 500  # each makes it shorter

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|ysclid|"
    r"igshid|igsh|li_fat_id|epik|mc_[ce]id|_hsenc|_hsmi|hsa_\w+|mkt_tok|vero_id|_openstat|"
    r"oly_(?:anon|enc)_id|_ga|_gl|pk_(?:campaign|kwd|source|medium)|mtm_\w+|itm_\w+|"
    r"_branch_match_id|mibextid|ref_src|ref_url|xtor",
    re.IGNORECASE,
)
_TRACKING_AT = {  # what only these hosts use in this sense
    "bbc.co.uk": re.compile(r"at_\w+|ns_\w+|ocid"),
    "bbc.com": re.compile(r"at_\w+|ns_\w+|ocid"),
    "dailymail.co.uk": re.compile(r"ito"),
    "facebook.com": re.compile(r"__\w+__(?:\[\d+\])?|refid|paipv|rdid|share_url|_rdr"),
    "linkedin.com": re.compile(r"trk|trackingid|lipi"),
    "reddit.com": re.compile(r"share_id|rdt"),
    "theguardian.com": re.compile(r"cmp"),
    "tiktok.com": re.compile(r"_[rt]|is_from_webapp|sender_device"),
    "x.com": re.compile(r"[st]"),
    "youtube.com": re.compile(r"si|feature|pp|app|t"),
}
_SESSION = re.compile(r"(?:sid|s|phpsessid|jsessionid)=[0-9a-f]{32}", re.IGNORECASE)
_AMP_FLAG = re.compile(r"amp(?:=(?:1|true|yes)?)?|outputtype=amp", re.IGNORECASE)

_FACES = ("www.", "m.", "mobile.", "amp.")
_SAME_HOST = {
    **dict.fromkeys(("old.reddit.com", "new.reddit.com", "np.reddit.com"), "reddit.com"),
    **dict.fromkeys(
        ("mbasic.facebook.com", "touch.facebook.com", "web.facebook.com"), "facebook.com"
    ),
    "twitter.com": "x.com",
}
_WIKI = re.compile(r"([\w-]+)\.m\.(wik\w+\.org)")
_VIDEO = re.compile(r"/(?:shorts|live|embed|v)/([\w-]{11})", re.ASCII)

_GOOGLE = r"google(?:\.[a-z]{2,3}){1,2}"
_WRAPPERS = tuple(
    (re.compile(host), re.compile(path), parameters)
    for host, path, parameters in (
        (_GOOGLE, r"/url", ("q", "url")),
        (r"consent\.(?:google|youtube)(?:\.[a-z]{2,3}){1,2}", r".*", ("continue",)),
        (r"lm?\.facebook\.com|facebook\.com", r"/l\.php", ("u",)),
        (r"l\.instagram\.com", r"", ("u",)),
        (r"l\.threads\.(?:net|com)", r"", ("u",)),
        (r"out\.reddit\.com", r".*", ("url",)),
        (r"t\.umblr\.com", r"/redirect", ("z",)),
        (r"youtube\.com", r"/redirect", ("q",)),
        (r"linkedin\.com", r"/(?:redir/redirect|safety/go)", ("url",)),
        (r"duckduckgo\.com", r"/l", ("uddg",)),
        (r"vk\.com", r"/away\.php", ("to",)),
        (r"[\w.]+\.safelinks\.protection\.outlook\.com", r".*", ("url",)),
    )
)
_AMP_COPY = (
    (re.compile(_GOOGLE), re.compile(r"/amp/(?:s/)?([\w-]+(?:\.[\w-]+)+(?:/.*)?)")),
    (
        re.compile(r"[\w-]+\.cdn\.ampproject\.org|cdn\.ampproject\.org"),
        re.compile(r"/[acv]/(?:s/)?([\w-]+(?:\.[\w-]+)+(?:/.*)?)"),
    ),
)

_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]")
_KEPT = "!#$%&'()*+,/:;=?@[]~"  # have a meaning of their own in an address
_TELLS = re.compile(r"[!/].*|.*\d.*", re.DOTALL)


def canonical(url: str) -> str:
    """The address that all the ways to this page share; what is no web address as it is.

    The same again for what it returned.
    """
    if len(url) > _LONGEST:
        return url
    found = url
    for _ in range(_UNFOLDINGS):
        plainer = _plainer(found)
        if plainer == found:
            return found
        found = plainer
    return url


def _plainer(url: str) -> str:
    """One step nearer."""
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:  # a stranger wrote it
        return url
    if parts.scheme not in ("http", "https") or not host:
        return url
    if inner := _unfolded(host, parts):
        return inner
    own = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    host, path, queried = _video(host, _path(parts.path), parts.query)
    name = f"[{host}]" if ":" in host else host
    return urlunsplit(
        (
            "https",
            name if own else f"{name}:{port}",
            path,
            _query(host, queried),
            _fragment(parts.fragment),
        )
    )


def _host(name: str) -> str:
    """In lower case and ASCII, and of one face: the site for telephones is the site."""
    name = unicodedata.normalize("NFKC", name).replace("\u3002", ".").lower().strip(".")
    name = ".".join(label if label.isascii() else _punycode(label) for label in name.split("."))
    for face in _FACES:
        rest = name.removeprefix(face)
        if rest != name and registered(rest):
            name = rest
    name = _WIKI.sub(r"\1.\2", name)
    if re.fullmatch(r"[a-z]{2}-[a-z]{2}\.facebook\.com", name):
        return "facebook.com"
    return _SAME_HOST.get(name, name)


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode", "replace").decode("ascii")


def _unfolded(host: str, parts: SplitResult) -> str | None:
    """What a wrapper leads to: a warning, a consent page, a counter, or an AMP copy."""
    path = parts.path.rstrip("/")
    for hosts, copy in _AMP_COPY:
        if hosts.fullmatch(host) and (found := copy.fullmatch(parts.path)):
            return f"https://{found[1]}" + (f"?{parts.query}" if parts.query else "")
    for hosts, paths, parameters in _WRAPPERS:
        if hosts.fullmatch(host) and paths.fullmatch(path):
            given = parse_qs(parts.query, max_num_fields=None)
            inner = next((given[name][0] for name in parameters if name in given), "")
            return inner if _is_address(inner) else None
    return None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _video(host: str, path: str, query: str) -> tuple[str, str, str]:
    """A video has one address, whether it is shared, embedded or shown as a short."""
    found = re.fullmatch(r"/([\w-]{11})", path, re.ASCII) if host == "youtu.be" else None
    found = found or (_VIDEO.fullmatch(path) if host == "youtube.com" else None)
    if found is None:
        return host, path, query
    return "youtube.com", "/watch", f"v={found[1]}&{query}"


def _path(path: str) -> str:
    path = re.sub(r";jsessionid=[^/;]*", "", _percent(path), flags=re.IGNORECASE).rstrip("/")
    path = re.sub(r"(?<=[^/])(?:/amp|\.amp(?=\.html$)|\.amp)$", "", path)
    path = re.sub(r"\.amp(?=\.html$)", "", path)
    return re.sub(r"^/amp(?=/[^/])", "", path).rstrip("/")


def _query(host: str, query: str) -> str:
    """In order of the names; those of one name keep theirs."""
    pieces = [_percent(piece).replace("%20", "+") for piece in query.split("&") if piece]
    kept = [piece for piece in pieces if not _is_noise(host, piece)]
    return "&".join(sorted(kept, key=lambda piece: piece.partition("=")[0]))


def _is_noise(host: str, piece: str) -> bool:
    name = unquote_plus(piece.partition("=")[0]).lower()
    here = _TRACKING_AT.get(host)
    return bool(
        _TRACKING.fullmatch(name)
        or (here and here.fullmatch(name))
        or _SESSION.fullmatch(piece)
        or _AMP_FLAG.fullmatch(piece)
    )


def _fragment(fragment: str) -> str:
    """Kept where it may name one post of many, or be the page itself (#!, #/)."""
    said = _percent(fragment.partition(":~:")[0])
    counts = _TRACKING.fullmatch(said.partition("=")[0])
    return said if _TELLS.fullmatch(said) and not counts else ""


def _percent(text: str) -> str:
    """Each letter written one way."""
    even = _PERCENT.sub(_escape, text)
    return quote(even, safe=_KEPT, errors="replace")


def _escape(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"
    letter = chr(int(found[1], 16))
    return letter if _PLAIN.fullmatch(letter) else f"%{found[1].upper()}"
