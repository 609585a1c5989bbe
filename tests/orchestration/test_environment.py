"""Airflow's processes get the settings from every place, with absolute paths, and nothing of another Airflow."""

from pathlib import Path

import pytest

from redress.orchestration.environment import airflow_environment
from redress.settings import Settings

EVERYTHING = {
    "REDRESS_SOURCE": "folder:letters",
    "REDRESS_SERVE_URL": "postgresql://publisher:word@127.0.0.1/served",
    "REDRESS_ALLOWED_HOSTS": '["files.example.org", "more.example.org"]',
    "REDRESS_SITE_SLUGS": '{"BLA": "blaby"}',
    "REDRESS_SITE_LETTERS_LINK_TEXTS": '["Letters"]',
    "REDRESS_ADDITIONAL_AUTHORITIES": "councils.csv",
    "REDRESS_READ_BATCH_LETTERS": "7",
    "REDRESS_WAREHOUSE": "s3://bucket/releases",
}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in EVERYTHING:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_settings_of_a_file_reach_airflows_processes_as_they_were_meant(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("".join(f"{name}={value}\n" for name, value in EVERYTHING.items()))
    stated = Settings(home=Path("home"))
    environment = airflow_environment(stated, elsewhere / "airflow", "sqlite://")
    (elsewhere / ".env").unlink()
    with pytest.MonkeyPatch.context() as other_process:
        for name, value in environment.items():
            other_process.setenv(name, value)
        there = Settings()
    for name in (*Settings.model_fields, "archive_address", "landing_folder", "warehouse_store_address"):
        if name not in ("home", "source", "additional_authorities", "archive", "landing"):
            assert getattr(there, name) == getattr(stated, name), name
    assert there.home == elsewhere / "home"
    assert there.source == f"folder:{elsewhere / 'letters'}"
    assert there.additional_authorities == elsewhere / "councils.csv"


def test_a_state_and_a_manifest_below_the_callers_folder_are_found_from_any_folder(elsewhere: Path) -> None:
    stated = Settings(home=Path("home"), state="shared", source="manifest:letters.csv")
    environment = airflow_environment(stated, elsewhere / "airflow", "sqlite://")
    assert environment["REDRESS_STATE"] == str(elsewhere / "shared")
    assert environment["REDRESS_ARCHIVE"] == str(elsewhere / "shared" / "archive")
    assert environment["REDRESS_SOURCE"] == f"manifest:{elsewhere / 'letters.csv'}"


@pytest.mark.parametrize(
    ("state", "source"),
    [("s3://bucket/state", "manifest:https://site.example/letters.csv"), (None, "site:https://site.example")],
)
def test_addresses_stay_as_they_are(elsewhere: Path, state: str | None, source: str) -> None:
    stated = Settings(home=Path("home"), state=state, source=source)
    environment = airflow_environment(stated, elsewhere / "airflow", "sqlite://")
    assert environment.get("REDRESS_STATE") == state
    assert environment["REDRESS_SOURCE"] == source


def test_connections_of_a_file_reach_airflows_processes_word_for_word_and_the_environment_goes_before(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = '{"conn_type": "smtp", "password": "a${HOME}$b",\n  "extra": {"from_email": "redress@example.org"}}'
    (elsewhere / ".env").write_text(
        f"AIRFLOW_CONN_SMTP_DEFAULT='{mail}'\nAIRFLOW_CONN_OTHER=http://in-file\nAIRFLOW_CONN_EMPTY=\nELSE=1\n"
    )
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "http://in-environment")
    environment = airflow_environment(Settings(home=Path("home")), elsewhere / "airflow", "sqlite://")
    connections = {name: value for name, value in environment.items() if name.startswith("AIRFLOW_CONN_")}
    assert connections == {"AIRFLOW_CONN_SMTP_DEFAULT": mail, "AIRFLOW_CONN_OTHER": "http://in-environment"}
    assert "ELSE" not in environment


def test_nothing_is_sent_about_its_use(elsewhere: Path) -> None:
    environment = airflow_environment(Settings(), elsewhere, "sqlite://")
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"


def test_what_names_modules_of_another_airflow_does_not_reach_ours(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "SECRETS__BACKEND",
        "SECRETS__BACKEND_KWARGS",
        "WORKERS__SECRETS_BACKEND",
        "LOGGING__LOGGING_CONFIG_CLASS",
    ):
        monkeypatch.setenv(f"AIRFLOW__{name}", "of.another.Airflow")
    monkeypatch.setenv("AIRFLOW__EMAIL__FROM_EMAIL", "redress@example.org")
    environment = airflow_environment(Settings(), elsewhere, "sqlite://")
    assert "of.another.Airflow" not in environment.values()
    assert environment["AIRFLOW__EMAIL__FROM_EMAIL"] == "redress@example.org"


def test_a_folder_that_airflow_would_take_for_another_is_refused(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSTS", "elsewhere")
    with pytest.raises(ValueError, match=r"Airflow cannot work in .*a\$COSTS: .* rename the folder"):
        airflow_environment(Settings(), elsewhere / "a$COSTS", "sqlite://")
    environment = airflow_environment(Settings(), elsewhere / "100$ [a]", "sqlite://")
    assert environment["AIRFLOW_HOME"] == str(elsewhere / "100$ [a]")
