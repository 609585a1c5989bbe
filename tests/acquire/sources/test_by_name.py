from pathlib import Path

import pytest

from redress.acquire.source import SourceError
from redress.acquire.sources.by_name import allowed_addresses, http_rules, site_shape, source_of
from redress.acquire.sources.folder import FolderSource
from redress.acquire.sources.manifest import ManifestSource
from redress.acquire.sources.site import SiteSource
from redress.model.source_forms import SOURCE_FORMS
from redress.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, contact="tests@example.org")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("{home}", FolderSource), ("folder:{home}", FolderSource), ("manifest:{home}/a.csv", ManifestSource)],
)
def test_a_source_is_named_by_its_kind_and_place(settings: Settings, text: str, kind: type) -> None:
    source = source_of(text.format(home=settings.home), settings)
    assert isinstance(source, kind)
    assert source_of(source.name, settings).name == source.name


def test_the_site_is_that_of_the_settings_and_asked_slowly(settings: Settings) -> None:
    source = source_of("site", settings)
    assert isinstance(source, SiteSource)
    assert source.name == "site:https://www.lgo.org.uk"
    assert source_of(source.name, settings).name == source.name
    assert (source.fetches_at_a_time, source.client.rules.gap_seconds) == (1, 2.0)
    with pytest.raises(SourceError, match=r"not that of REDRESS_SITE_URL"):
        source_of("site:https://elsewhere.example", settings)


@pytest.mark.parametrize("text", ["", "s3:bucket", "web:x", "manifest"])
def test_what_names_no_source_says_what_does(settings: Settings, text: str) -> None:
    with pytest.raises(SourceError, match=rf"{SOURCE_FORMS}|does not exist"):
        source_of(text, settings)


def test_the_shape_of_the_site_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stated = {
        "HOME": str(tmp_path),
        "CONTACT": "https://example.org/contact",
        "SITE_URL": "https://site.example/",
        "ALLOWED_HOSTS": '["Files.example."]',
        "SITE_SLUGS": '{"BLA": "blaby"}',
        "SITE_LETTERS_LINK_TEXTS": '["All letters"]',
        "SITE_COUNCIL_PAGE": "/councils/{slug}",
        "DATA_TABLE_MAPPINGS": str(tmp_path / "mappings"),
        "FETCH_GAP_SECONDS": "0.5",
        "FETCH_LARGEST_MEBIBYTES": "1",
    }
    for name, value in stated.items():
        monkeypatch.setenv(f"REDRESS_{name}", value)
    settings = Settings()
    shape = site_shape(settings)
    assert (shape.url, shape.council_page) == ("https://site.example", "/councils/{slug}")
    assert (dict(shape.slugs), tuple(shape.letters_link_texts)) == ({"BLA": "blaby"}, ("All letters",))
    assert shape.mappings_folder == tmp_path / "mappings"
    assert str(allowed_addresses(settings).checked("https://files.example/a")) == "https://files.example/a"
    rules = http_rules(settings)
    assert (rules.gap_seconds, rules.largest_bytes) == (0.5, 1024 * 1024)
