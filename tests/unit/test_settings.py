"""A wrong configuration shows every mistake at once, by key, in words, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain import Role
from monitor.settings import Settings, SettingsError, load

GOOD = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
[schools.contacts]
head = "head@wexcombepark.example"
[[sources]]
kind = "feed"
name = "Gazette"
url = "https://gazette.example/feed.xml"
[alerts.email]
host = "smtp.example"
username = "monitor@wexcombepark.example"
password = "env:SMTP_PASSWORD"
from = "monitor@wexcombepark.example"
"""


def read(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def mistakes(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    _, *lines = str(caught.value).splitlines()
    return dict(line.strip().split(": ", 1) for line in lines)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert settings.schools[0].contacts.by_role() == {Role.HEAD: "head@wexcombepark.example"}
    assert settings.sources[0].kind == "feed"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url() == f"sqlite:///{tmp_path / 'data' / 'monitor.db'}"


def test_every_mistake_is_told_at_once_by_its_key(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        data_dri = "x"
        database = "mysql"
        [[schools]]
        id = "Wex Combe"
        nam = "x"
        aliases = "one"
        [schools.contacts]
        head = "nobody"
        [[sources]]
        kind = "fead"
        name = "a"
        [[sources]]
        kind = "feed"
        nme = "b"
        url = "gopher://x"
        every = "6 hours"
        [[sources]]
        name = "c"
        [network]
        allow = ["nonsense"]
        """,
    )
    assert found["data_dri"].endswith("did you mean data_dir?")
    assert found["schools[1].nam"].endswith("did you mean name?")
    assert found["schools[1].name"] == "is missing; please add it"
    assert "list" in found["schools[1].aliases"]
    assert "e-mail" in found["schools[1].contacts.head"]
    assert "did you mean feed?" in found["sources[1]"]
    assert "http://" in found["sources[2].url"]
    assert '"6h"' in found["sources[2].every"]
    assert found["sources[2].nme"].endswith("did you mean name?")
    assert "kind is missing" in found["sources[3]"]
    assert '"host:port"' in found["network.allow[1]"]
    assert "schools" not in found


def test_contradictions_between_keys_are_told(tmp_path: Path) -> None:
    again = GOOD[GOOD.index("[[sources]]") : GOOD.index("[alerts")]
    lone = again.replace("[[sources]]", '[[sources]]\nschools = ["nowhere"]').replace(
        '"Gazette"', '"Herald"'
    )
    found = mistakes(tmp_path, 'database = "mysql"\n' + GOOD + again + lone)
    assert "Gazette is used twice" in found["sources.name"]
    assert "nowhere" in found["sources[3].schools"]
    assert "PostgreSQL" in found["database"]


def test_a_number_out_of_bounds_says_the_bound(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD + "[retention]\nmention_days = 0\nincident_days = 999999\n")
    assert found == {
        "retention.mention_days": "must be at least 1",
        "retention.incident_days": "must be at most 36500",
    }


def test_no_school_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "schools = []") == {"schools": "needs at least one"}


@pytest.mark.parametrize("secret", ["hunter2", "env:", "keyring", "vault:hunter2", ["hunter2"]])
def test_a_secret_written_into_the_file_is_refused_and_never_shown(
    tmp_path: Path, secret: object
) -> None:
    found = mistakes(tmp_path, GOOD.replace('"env:SMTP_PASSWORD"', repr(secret)))
    assert "env:NAME" in found["alerts.email.password"]
    assert "hunter2" not in str(found)


def test_a_secret_is_looked_for_only_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    settings = read(tmp_path, GOOD)
    (sentence,) = settings.missing_secrets()
    assert "alerts.email.password" in sentence
    assert "SMTP_PASSWORD is not set" in sentence

    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    assert settings.missing_secrets() == []
    assert "hunter2" not in repr(settings)


def test_work_begins_without_the_key_to_evidence_which_may_lie_in_a_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    text = f'{GOOD}\n[evidence]\nidentity = "file:evidence-key.txt"\n'
    assert read(tmp_path, text).missing_secrets() == []


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    text = GOOD.replace("env:SMTP_PASSWORD", f"file:{tmp_path / 'secret'}")
    email = read(tmp_path, text).alerts.email
    assert email is not None
    assert email.password is not None
    assert email.password.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[schools]\n", "not valid TOML: please look at line 1"),
        (b"name = \xff\xfe", "not plain text in UTF-8"),
        (b"password = hunter2", "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=words) as caught:
        load(tmp_path / "config.toml")
    assert "hunter2" not in str(caught.value)


def test_no_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="monitor init"):
        load(tmp_path / "config.toml")


MICROSOFT = """
[dashboard.sign_in.microsoft]
tenant = "66666666-7777-8888-9999-000000000000"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret = "env:MICROSOFT_SIGN_IN_SECRET"
"""


def test_microsoft_and_google_send_people_back_to_https_only(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD + MICROSOFT)
    assert found == {"dashboard.url": "must begin with https:// and a name for dashboard.sign_in"}
    url = '[dashboard]\nurl = "https://monitor.school.example"\n'
    board = read(tmp_path, GOOD + url + MICROSOFT).dashboard
    (provider,) = board.sign_in.providers(board.url)
    assert provider.back == "https://monitor.school.example/sign-in/with/microsoft/back"


def test_other_computers_reach_the_dashboard_only_with_a_certificate(tmp_path: Path) -> None:
    everywhere = '[dashboard]\nlisten = "0.0.0.0"\n'
    assert "only with a certificate" in mistakes(tmp_path, GOOD + everywhere)["dashboard.listen"]
    certified = everywhere + 'certificate = "dashboard.pem"\n'
    found = mistakes(tmp_path, GOOD + certified)
    assert found == {"dashboard.url": "must begin with https:// when there is a certificate"}
    board = read(tmp_path, GOOD + certified + 'url = "https://monitor.school.example"\n').dashboard
    assert board.proof is not None
    assert board.proof.file == tmp_path / "dashboard.pem"


def test_a_name_is_no_address_to_listen_on(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD + '[dashboard]\nlisten = "monitor.school.example"\n')
    assert "192.168.1.20" in found["dashboard.listen"]


def test_only_one_tenant_can_be_named(tmp_path: Path) -> None:
    anybody = MICROSOFT.replace("66666666-7777-8888-9999-000000000000", "common")
    assert "dashboard.sign_in.microsoft.tenant" in mistakes(tmp_path, GOOD + anybody)


def test_an_address_that_no_browser_opens_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD + '[dashboard]\nurl = "https://a..b"\n')
    assert "https://monitor.school.example" in found["dashboard.url"]
