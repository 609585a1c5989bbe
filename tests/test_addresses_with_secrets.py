"""An address of letters or of a store is refused if it holds a secret, and no message repeats a secret."""

import traceback
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redress.acquire.archive import Archive, ArchiveError
from redress.acquire.source import FetchError, SourceError
from redress.acquire.sources.manifest import ManifestSource
from redress.acquire.web.addresses import allowed_addresses
from redress.cli import app
from redress.model.printable import secret_in
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import ReleaseError

SEASON = Season(2021)
WRONG = "wr0ng-s3cret"


def test_settings_that_are_wrong_do_not_tell_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_SERVE_URL", f"postgresql://u:{WRONG}@h/d")
    monkeypatch.setenv("REDRESS_RELEASES_KEPT", "many")
    printed = CliRunner().invoke(app, ["releases"])
    assert printed.exit_code == 1
    assert "REDRESS_RELEASES_KEPT" in printed.output
    assert WRONG not in printed.output


def test_keys_in_the_address_of_an_object_store_are_refused_and_not_repeated() -> None:
    address = f"s3://AKIA:{WRONG}@bucket/prefix"
    with pytest.raises(ArchiveError, match="AWS_SECRET_ACCESS_KEY") as refused:
        Archive(address).holds("ab" * 32)
    with pytest.raises(ReleaseError, match="AWS_SECRET_ACCESS_KEY") as unread:
        StoredReleases(address).current()
    assert WRONG not in "".join(
        traceback.format_exception(refused.value) + traceback.format_exception(unread.value)
    )


@pytest.mark.parametrize(
    "address",
    [
        f"https://user:{WRONG}@example.org/letters.csv",
        f"s3://AKIA:{WRONG}@bucket/letters.csv",
        f"https://user:[{WRONG}@example.org/letters.csv",
        f"https://example.org/letters.csv?X-Amz-Credential=a&X-Amz-Signature={WRONG}",
        f"https://example.org/letters.csv?sv=2024&sig={WRONG}",
    ],
)
def test_a_manifest_and_its_rows_hold_no_secret(address: str, tmp_path: Path) -> None:
    def no_client() -> None:
        raise AssertionError("nothing is to be fetched")

    authorities = load_authorities()
    with pytest.raises(SourceError, match=r"holds a (password|signature)") as refused:
        ManifestSource(address, authorities, no_client)  # type: ignore[arg-type]
    (tmp_path / "letters.csv").write_text(f"season,authority,address\n2021,Blaby District Council,{address}\n")
    source = ManifestSource(str(tmp_path / "letters.csv"), authorities, no_client)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=r"line 2, column address: .* holds a (password|signature)") as row:
        source.references(SEASON)
    assert WRONG not in f"{refused.value} {row.value}"


def test_an_address_without_a_secret_is_one() -> None:
    assert secret_in("https://example.org/@name/letter.pdf?id=5") is None
    assert secret_in("abfs://container@account.dfs.core.windows.net/letters") is None


def test_a_password_in_the_address_of_the_site_is_refused_and_not_repeated() -> None:
    with pytest.raises(SourceError, match="REDRESS_SITE_URL holds a password") as refused:
        allowed_addresses(f"https://user:{WRONG}@example.org", ())
    with pytest.raises(FetchError, match="user's name and password") as unasked:
        allowed_addresses("https://example.org", ()).checked(f"https://user:{WRONG}@example.org/a.pdf")
    assert WRONG not in f"{refused.value} {unasked.value}"
