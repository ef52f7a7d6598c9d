"""Real MediaWiki and real searx from Debian's packages, each in a folder of its own.

Nothing outside that folder is changed: MediaWiki reads its settings from MW_CONFIG_FILE
and is served by PHP's own web server, searx reads SEARX_SETTINGS_PATH. Neither needs
root once its package is installed (tests/debian-packages.txt).
"""

import json
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.needs import missing
from tests.processes import Server, free_port, listens

MEDIAWIKI = Path("/usr/share/mediawiki")
KEEPER = "Keeper"

# PHP's web server knows no rewrite rules; this gives pages the addresses they have on Wikipedia.
ROUTER = f"""<?php
if (!str_starts_with(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/wiki/')) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = '{MEDIAWIKI}/index.php';
chdir('{MEDIAWIKI}');
require '{MEDIAWIKI}/index.php';
"""
MORE_SETTINGS = """
$wgArticlePath = '/wiki/$1';
$wgGroupPermissions['sysop']['deleterevision'] = true;
wfLoadExtension('TextExtracts', "$IP/extensions-core/TextExtracts/extension.json");
"""

Json = dict[str, Any]


class MediaWiki:
    """An empty wiki of its own, written to through its own API."""

    def __init__(self, folder: Path) -> None:
        if not MEDIAWIKI.exists():
            missing("MediaWiki", "mediawiki")
        if not shutil.which("php"):
            missing("PHP", "php-cli")
        folder.mkdir()
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api.php"
        self._password = secrets.token_hex()
        self._keeper = httpx.Client(trust_env=False, timeout=60)
        self._install()
        self.server = Server(
            ["php", "-S", f"127.0.0.1:{self.port}", "-t", MEDIAWIKI, folder / "router.php"],
            ready=lambda: listens(self.port),
            log=folder / "php.log",
            env={"MW_CONFIG_FILE": str(folder / "LocalSettings.php")},
        )

    def start(self) -> None:
        self.server.start()
        self._log_in()

    def close(self) -> None:
        self._keeper.close()
        self.server.stop()

    def edit(self, title: str, text: str, summary: str) -> int:
        """Replace the page as its keeper; the number of the new revision."""
        return self._edit(self._keeper, title=title, text=text, summary=summary)

    def add(self, title: str, text: str, summary: str) -> int:
        """Add to the end of the page as a passer-by without an account."""
        with httpx.Client(trust_env=False, timeout=60) as passer_by:
            return self._edit(passer_by, title=title, appendtext=text, summary=summary)

    def hide(self, title: str, revision: int) -> None:
        """Take the words and the comment of one revision out of the public's sight."""
        done = self._ask(
            self._keeper,
            action="revisiondelete",
            type="revision",
            target=title,
            ids=str(revision),
            hide="content|comment",
            token=self._token(self._keeper, "csrf"),
        )
        assert done["revisiondelete"]["status"] == "Success", done

    def finds(self, phrase: str) -> list[str]:
        """Titles of the pages in which the wiki's own search finds *phrase*.

        Without `srwhat=text` a wiki on an SQL database looks at titles only.
        """
        search = {"list": "search", "srwhat": "text", "srsearch": f'"{phrase}"'}
        found = self._ask(self._keeper, action="query", **search)
        return [hit["title"] for hit in found["query"]["search"]]

    def revision_address(self, revision: int) -> str:
        return f"{self.url}/index.php?{urlencode({'oldid': revision})}"

    def _install(self) -> None:
        data = self.folder / "data"
        data.mkdir()
        install = subprocess.run(
            [
                *("php", MEDIAWIKI / "maintenance" / "install.php"),
                *("--confpath", self.folder, "--dbtype", "sqlite", "--dbpath", data),
                *("--dbname", "wiki", "--server", self.url, "--scriptpath", ""),
                *("--lang", "en-gb", "--pass", self._password, "Wexshire Wiki", KEEPER),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert install.returncode == 0, f"MediaWiki does not install: {install.stdout[-2000:]}"
        with (self.folder / "LocalSettings.php").open("a") as settings:
            settings.write(MORE_SETTINGS)
        (self.folder / "router.php").write_text(ROUTER)

    def _log_in(self) -> None:
        self._ask(
            self._keeper,
            action="clientlogin",
            username=KEEPER,
            password=self._password,
            loginreturnurl=self.url,
            logintoken=self._token(self._keeper, "login"),
        )

    def _edit(self, client: httpx.Client, **fields: str) -> int:
        token = self._token(client, "csrf")
        edited = self._ask(client, action="edit", token=token, **fields)
        return int(edited["edit"]["newrevid"])

    def _token(self, client: httpx.Client, kind: str) -> str:
        answer = self._ask(client, action="query", meta="tokens", type=kind)
        return str(answer["query"]["tokens"][f"{kind}token"])

    def _ask(self, client: httpx.Client, **fields: str) -> Json:
        """MediaWiki answers errors with status 200, so both are looked at."""
        common = {"format": "json", "formatversion": "2", "errorformat": "plaintext"}
        answer = client.post(self.api, data=common | fields).raise_for_status().json()
        assert not answer.keys() & {"error", "errors"}, answer
        assert answer.get("clientlogin", {}).get("status") in {None, "PASS"}, answer
        return dict(answer)


class Searx:
    """A search engine over the engines it is given, and over nothing else."""

    def __init__(self, folder: Path, engines: list[Json]) -> None:
        if not shutil.which("searx-run"):
            missing("searx", "searx")
        folder.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = folder / "settings.yml"
        settings.write_text(json.dumps(self._settings(engines)))  # JSON is YAML
        self.server = Server(
            ["searx-run"],
            ready=lambda: listens(self.port),
            log=folder / "searx.log",
            env={"SEARX_SETTINGS_PATH": str(settings), "NO_PROXY": "*"},
        )

    def start(self) -> None:
        self.server.start()

    def close(self) -> None:
        self.server.stop()

    def _settings(self, engines: list[Json]) -> Json:
        shared = "/usr/share/python3-searx"
        return {
            "general": {"debug": False, "instance_name": "searx"},
            "brand": {},
            "search": {
                "safe_search": 0,
                "autocomplete": "",
                "default_lang": "",
                "ban_time_on_fail": 5,
                "max_ban_time_on_fail": 120,
            },
            "server": {
                "port": self.port,
                "bind_address": "127.0.0.1",
                "secret_key": secrets.token_hex(),
                "base_url": False,
                "image_proxy": False,
                "http_protocol_version": "1.0",
            },
            "ui": {
                "static_path": f"{shared}/static",
                "templates_path": f"{shared}/templates",
                "default_theme": "oscar",
                "default_locale": "",
            },
            "outgoing": {"request_timeout": 20.0},
            "checker": {"off_when_debug": True},
            "engines": engines,
            "locales": {"en": "English"},
            "doi_resolvers": {"doi.org": "https://doi.org/"},
            "default_doi_resolver": "doi.org",
        }


def wiki_engine(wiki: MediaWiki) -> Json:
    """Full text of the wiki, with the first paragraph of each page found.

    By way of json_engine: searx 1.1's own mediawiki engine gives no words, and its xpath
    engine encodes the query twice, so that no phrase is ever found.
    """
    query = {
        "action": "query",
        "format": "json",
        "formatversion": "2",
        "generator": "search",
        "gsrwhat": "text",
        "prop": "info|extracts",
        "inprop": "url",
        "exintro": "1",
        "explaintext": "1",
    }
    return {
        "name": "wiki",
        "engine": "json_engine",
        "shortcut": "wi",
        "categories": "general",
        "enable_http": True,
        "search_url": f"{wiki.api}?{urlencode(query)}&gsrsearch={{query}}",
        "results_query": "query/pages",
        "url_query": "fullurl",
        "title_query": "title",
        "content_query": "extract",
    }


def json_engine(name: str, search_url: str) -> Json:
    """Searches a place that answers `{"results": [{"url", "title", "content"}]}`."""
    return {
        "name": name,
        "engine": "json_engine",
        "shortcut": name[:2],
        "categories": "general",
        "enable_http": True,
        "search_url": f"{search_url}?q={{query}}",
        "results_query": "results",
        "url_query": "url",
        "title_query": "title",
        "content_query": "content",
    }
