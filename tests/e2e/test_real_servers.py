"""The main job on real servers: MediaWiki and searx in, log, evidence and mail out."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.command import Json, Monitor
from tests.e2e.conftest import Town, running_town
from tests.e2e.servers import Searx, json_engine, wiki_engine
from tests.e2e.town import DEPUTY, LETTERS, SCHOOL, THREAT
from tests.processes import free_port
from tests.smtp import Received, SmtpServer

# One worker: each would set the servers up for itself.
pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.xdist_group("real servers")]

HEAD, CHAIR = "head@wexcombepark.example", "chair@wexcombepark.example"


def configuration(town: Town, mail: SmtpServer, searches: Mapping[str, str]) -> str:
    """*searches*: the name of each source of kind searxng, and its address."""
    ports = (town.wiki.port, town.searx.port, town.paper.port)
    search_tables = "".join(
        f'[[sources]]\nkind = "searxng"\nname = "{name}"\nurl = "{url}"\n\n'
        for name, url in searches.items()
    )
    return f"""
[evidence]
timestamp_authorities = []

[[schools]]
id = "wexcombe"
name = "{SCHOOL}"
aliases = ["Wexcombe Park Primary"]
town = "Wexcombe"
county = "Wexshire"
postcode = "WX4 1ZZ"
website = "https://www.wexcombepark.example"
homonyms = ["Wexcombe Park Hotel"]
headteacher = "Mrs Odile Thrapston"
staff = [{{ name = "{DEPUTY}", role = "Deputy headteacher" }}]

[schools.contacts]
head = "{HEAD}"
chair_of_governors = "{CHAIR}"
dsl = "dsl@wexcombepark.example"
office = "office@wexcombepark.example"

[[sources]]
kind = "mediawiki"
name = "town wiki"
url = "{town.wiki.api}"
articles = ["Wexcombe"]

{search_tables}
[alerts.email]
host = "127.0.0.1"
port = {mail.port}
security = "none"
from = "monitor@wexcombepark.example"

[network]
allow = [{", ".join(f'"127.0.0.1:{port}"' for port in ports)}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What the first scan of the town came to."""

    town: Town
    mail: SmtpServer
    monitor: Monitor
    summary: Json
    log: list[Json]
    mails: tuple[Received, ...]

    @property
    def accusation(self) -> Json:
        """The incident of the edit that accuses the deputy head."""
        return self.about(f"diff={self.town.written.accusation}&")

    @property
    def threat(self) -> Json:
        """The incident of the letter that threatens the deputy head."""
        return self.about("/letters/gate")

    def about(self, part: str) -> Json:
        """The one incident with a mention whose address holds *part*."""
        (found,) = (i for i in self.log if any(part in m["url"] for m in i["mentions"]))
        return found

    def copied_to(self, folder: Path) -> Monitor:
        """The school's folder with all it knows, for a test to change."""
        shutil.copytree(self.monitor.folder, folder)
        return Monitor(folder)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    folder = tmp_path_factory.mktemp("town")
    with running_town(folder) as town, SmtpServer() as mail:
        (folder / "school").mkdir()
        monitor = Monitor(folder / "school")
        monitor.configure(configuration(town, mail, {"web search": town.searx.url}))
        summary = monitor.scan()
        yield Scanned(
            town=town,
            mail=mail,
            monitor=monitor,
            summary=summary,
            log=monitor.incidents(),
            mails=tuple(mail.messages),
        )


def mentions(incidents: list[Json]) -> list[Json]:
    return [mention for incident in incidents for mention in incident["mentions"]]


def by_name(summary: Json) -> dict[str, Json]:
    return {source["name"]: source for source in summary["sources"]}


def files_of(monitor: Monitor, incident: Json) -> dict[Path, str]:
    """Where each evidence file of an incident lies, and the SHA-256 the log gives for it."""
    return {
        path: file["sha256"]
        for evidence in incident["evidence"]
        for file in evidence["files"]
        for path in monitor.data.rglob(f"{evidence['id']}/{file['name']}")
    }


def perhaps_indecent(incident: Json) -> bool:
    """Whether the rule about pictures bars them, by what the log itself says of the words."""
    return any(
        m["assessment"]["scores"].get("sexual", 0) >= 0.25 or m["assessment"]["not_assessed"]
        for m in incident["mentions"]
    )


def addresses_whole(mail: Received) -> str:
    """The mail's text; its addresses are written so that nobody opens one by accident."""
    return mail.text.replace("hxxp", "http").replace("[.]", ".")


def test_the_log_holds_the_accusation_and_the_threat(scanned: Scanned) -> None:
    sources = by_name(scanned.summary)
    assert {name: source["error"] for name, source in sources.items()} == {
        "town wiki": None,
        "web search": None,
    }
    assert scanned.summary["mentions"] == sum(source["new"] for source in sources.values())
    assert scanned.summary["incidents_opened"] == len(scanned.log)

    assert "defamation" in scanned.accusation["categories"]
    assert scanned.accusation["severity"] in {"high", "critical"}
    (edit,) = scanned.accusation["mentions"]
    assert "dinner fund" in edit["text"]
    assert (edit["source"], edit["author"]) == ("town wiki", "127.0.0.1")
    assert "threat" in scanned.threat["categories"]
    assert scanned.threat["severity"] in {"high", "critical"}
    (letter,) = scanned.threat["mentions"]
    assert letter["source"] == "web search"


def test_lawful_words_other_places_and_hidden_words_stay_out_of_the_log(
    scanned: Scanned,
) -> None:
    logged = mentions(scanned.log)
    assert logged
    for words in ("summer fair", "Hotel", "parking", "01632 960461"):
        assert not [m["url"] for m in logged if words in m["text"]], words


def test_the_evidence_lies_on_disk_just_as_the_log_says(scanned: Scanned) -> None:
    assert scanned.summary["captures"] == len(scanned.log)
    for incident in (scanned.accusation, scanned.threat):
        (evidence,) = incident["evidence"]
        mode = "link" if perhaps_indecent(incident) else "full"
        assert (evidence["state"], evidence["mode"]) == ("sealed", mode)
        files = files_of(scanned.monitor, incident)
        assert len(files) == len(evidence["files"])
        for path, sha256 in files.items():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, path.name
        pictured = any(path.read_bytes().startswith(b"\x89PNG") for path in files)
        assert pictured is (mode == "full")
    assert not perhaps_indecent(scanned.threat)
    page = LETTERS["gate"][1].encode()
    assert any(page in path.read_bytes() for path in files_of(scanned.monitor, scanned.threat))


def test_verify_finds_all_in_order_and_then_the_one_byte_that_was_changed(
    scanned: Scanned, tmp_path: Path
) -> None:
    monitor = scanned.copied_to(tmp_path / "school")
    assert monitor("verify", "--all").returncode == 0

    screenshot = max(files_of(monitor, scanned.threat), key=lambda path: path.stat().st_size)
    content = bytearray(screenshot.read_bytes())
    content[len(content) // 2] ^= 1
    screenshot.chmod(0o600)
    screenshot.write_bytes(content)

    verified = monitor("verify", "--all")
    assert verified.returncode == 1
    assert screenshot.name in verified.stdout + verified.stderr
    assert "Traceback" not in verified.stderr


def test_the_head_is_told_by_mail_with_the_address_and_the_incident_number(
    scanned: Scanned,
) -> None:
    assert scanned.summary["alerts_sent"] == len(scanned.mails)
    address = f"{scanned.town.paper.url}/letters/gate"
    (told,) = (mail for mail in scanned.mails if address in addresses_whole(mail))
    assert told.recipients == (HEAD,)
    assert scanned.threat["id"] in str(told.message["Subject"])
    assert not [m for m in scanned.mails if CHAIR in m.recipients], "nothing concerned the head"
    sent = {a["message_id"] for a in scanned.threat["alerts"] if a["state"] == "sent"}
    assert told.message["Message-ID"] in sent


def test_a_second_scan_tells_nobody_twice_and_a_third_finds_exactly_what_was_added(
    scanned: Scanned, tmp_path: Path
) -> None:
    monitor, mail = scanned.copied_to(tmp_path / "school"), scanned.mail
    before = len(mail.messages)

    second = monitor.scan()

    counts = ("mentions", "incidents_opened", "captures", "alerts_sent")
    assert [second[count] for count in counts] == [0, 0, 0, 0]
    assert len(mail.messages) == before
    assert monitor.incidents() == scanned.log

    revision = scanned.town.wiki.add("Wexcombe", THREAT, "see you")
    third = monitor.scan()

    assert [third[count] for count in counts] == [1, 1, 1, 1]
    assert by_name(third)["town wiki"]["new"] == 1
    (found,) = (m for m in mentions(monitor.incidents()) if "smash every window" in m["text"])
    assert f"diff={revision}&" in found["url"]
    assert len(mail.messages) == before + 1


def test_each_search_that_fails_is_said_and_the_rest_goes_on(
    scanned: Scanned, tmp_path: Path
) -> None:
    """A SearXNG with its JSON format off answers in HTML, as the wiki does here."""
    town = scanned.town
    dead = json_engine("dead", f"http://127.0.0.1:{free_port()}/search.json")
    (tmp_path / "school").mkdir()
    monitor = Monitor(tmp_path / "school")
    with (
        closing(Searx(tmp_path / "all", [dead])) as all_engines_down,
        closing(Searx(tmp_path / "one", [dead, wiki_engine(town.wiki)])) as one_engine_down,
    ):
        all_engines_down.start()
        one_engine_down.start()
        searches = {
            "server down": f"http://127.0.0.1:{free_port()}",
            "HTML only": town.wiki.url,
            "all engines down": all_engines_down.url,
            "one engine down": one_engine_down.url,
        }
        monitor.configure(configuration(town, scanned.mail, searches))
        sources = by_name(monitor.scan())

    failed = {name for name, source in sources.items() if source["error"]}
    assert failed == {"server down", "HTML only", "all engines down"}
    assert all(sources[name]["new"] == 0 for name in failed)
    assert sources["one engine down"]["new"] == 1
    assert any(
        f"diff={town.written.accusation}&" in m["url"] for m in mentions(monitor.incidents())
    )
