"""The pages of a release's site say what the marts say, and every link on them leads to a file and a place."""

import csv
import json
import shutil
import sys
from dataclasses import replace
from decimal import Decimal
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

from redress.report.site import printed
from redress.report.site.building import build_site
from redress.report.site.contents import read_contents, slug
from redress.report.site.council_pages import council_jobs
from redress.report.site.place import site_folder
from redress.report.site.season_pages import season_values
from redress.warehouse.releases.releases import ReleaseError
from tests.report.site.conftest import settings_of
from tests.report.site.pages import all_pages, broken_links, needs_pango, parsed, rows_of, shown, table_rows

pytestmark = pytest.mark.needs("dbt", "processes")


def test_each_number_of_a_council_is_that_of_the_marts(site: Path, cookbook_release: Path) -> None:
    rows = rows_of(
        cookbook_release,
        "select * from marts.council_performance where coverage_state = 'accepted' order by authority_id, season",
    )
    assert len(rows) > 10
    for row in rows:
        page = site / "council" / f"{slug(row['authority_id'])}.html"
        stated = {cells[0]: cells[1:] for cells in table_rows(page, "Complaints upheld")}[row["season_label"]]
        derived = "*" if row["is_uphold_rate_base_derived"] else ""
        assert stated[0] == shown(row["upheld_count"])
        assert stated[1] == shown(row["uphold_rate_base_count"], derived)
        if row["uphold_rate_pct"] is not None:
            assert stated[2] == shown(row["uphold_rate_pct"], "%")
        assert stated[3] == shown(row["uphold_rate_type_average_pct"], "%")
        if row["uphold_rate_gap_points"] is not None:
            assert Decimal(stated[4].replace("−", "-")) == row["uphold_rate_gap_points"]
        rank = f"{row['uphold_rate_rank']} of {row['uphold_rate_ranked_count']}"
        assert stated[5] == (rank if row["uphold_rate_rank"] is not None else "–")
        assert stated[6] == row["trust"]
        others = {cells[0]: cells[1:] for cells in table_rows(page, "Compliance and remedies")}[row["season_label"]]
        assert others[0] == shown(row["compliance_outcomes_count"])
        if row["compliance_rate_pct"] is not None:
            assert others[1] == shown(row["compliance_rate_pct"], "%")
        assert others[3] == shown(row["satisfactory_remedies_count"])


def test_what_letters_say_about_one_council_is_quoted_on_its_page(site: Path, cookbook_release: Path) -> None:
    passages = rows_of(
        cookbook_release,
        "select * from marts.fct_passage join marts.dim_authority using (authority_key) order by authority_id",
    )
    assert len(passages) == 2
    for passage in passages:
        page = parsed(site / "council" / f"{slug(passage['authority_id'])}.html")
        [quoted] = page.xpath("//blockquote")
        assert quoted.xpath("string(p)") == passage["passage_text"]
        assert quoted.xpath("string(footer)").startswith(f"2020-21, page {passage['page']} of the letter; ")
        [link] = quoted.xpath("footer//a/@href")
        assert link.endswith(f"{slug(passage['authority_id'])}/2021.html")
    told = [page for page in (site / "council").glob("*.html") if parsed(page).xpath("//blockquote")]
    assert len(told) == 2


def test_each_figure_has_its_evidence_on_a_cut_of_the_page(site: Path, cookbook_release: Path) -> None:
    figures = rows_of(
        cookbook_release,
        "select f.*, p.authority_id from marts.fct_figure f "
        "join marts.council_performance p using (authority_key, season)",
    )
    assert figures
    for figure in figures:
        page = parsed(site / "council" / slug(figure["authority_id"]) / f"{figure['season']}.html")
        name = figure["measure"] + (f"-{figure['category']}" if figure["category"] else "")
        (section,) = page.xpath("//section[@id=$name]", name=name)
        assert figure["sentence_text"] in section.text_content()
        assert f"“{figure['printed_text']}”" in section.text_content()
        if figure["page"] is not None:
            (frame,) = section.xpath(".//*[local-name()='rect']")
            assert abs(float(frame.get("x")) + 3 - figure["box_x0_points"]) < 0.1
            assert abs(float(frame.get("y")) + 3 - figure["box_top_points"]) < 0.1
            (picture,) = section.xpath(".//*[local-name()='image']")
            assert (site / "council" / "x" / picture.get("href")).resolve().stat().st_size > 500


def test_the_framed_part_of_a_cut_has_print_in_it(site: Path) -> None:
    """Look for ink in each frame on one page of a council, because a frame without ink is not around a number."""
    from PIL import Image

    page = next(page for page in all_pages(site) if page.parent.parent.name == "council")
    for section in parsed(page).xpath("//section[contains(@class, 'figure')]"):
        for image, frame in zip(
            section.xpath(".//*[local-name()='image']"), section.xpath(".//*[local-name()='rect']"), strict=True
        ):
            with Image.open((page.parent / image.get("href")).resolve()) as opened:
                picture = opened.convert("L")
            scale = picture.width / float(image.get("width"))
            left, top = float(frame.get("x")) * scale, (float(frame.get("y")) - float(image.get("y"))) * scale
            right = left + float(frame.get("width")) * scale
            bottom = top + float(frame.get("height")) * scale
            inside = picture.crop((round(left), round(top), round(right), round(bottom)))
            assert min(inside.getdata()) < 100, section.get("id")


def test_every_link_leads_to_a_file_and_a_place_of_the_site(site: Path) -> None:
    assert len(all_pages(site)) > 20
    assert broken_links(site) == []


def test_every_page_about_an_invented_council_says_so(site: Path) -> None:
    for page in [*site.rglob("council/**/*.html"), *site.rglob("type/**/*.html"), site / "index.html"]:
        assert parsed(page).xpath("//p[@class='sample']"), page


def test_pages_name_their_language_their_title_and_one_heading(site: Path) -> None:
    for page in all_pages(site):
        document = parsed(page)
        assert document.get("lang") == "en-GB", page
        assert document.findtext(".//title"), page
        assert len(document.xpath("//h1")) == 1, page


def test_the_csv_of_a_council_has_its_rows(site: Path, cookbook_release: Path) -> None:
    rows = rows_of(cookbook_release, "select * from marts.council_performance where authority_id = 'SAMPLE-01'")
    with (site / "council" / "SAMPLE-01-years.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["season"] for row in found] == [str(row["season"]) for row in rows]
    assert {row["authority_name"] for row in found} == {row["authority_name"] for row in rows}


def test_the_data_are_those_of_the_release(site: Path, cookbook_release: Path) -> None:
    for name in ("datapackage.json", "csv/fct_figure.csv", "parquet/council_performance.parquet"):
        assert (site / "data" / name).read_bytes() == (cookbook_release / name).read_bytes()


def test_no_figure_of_a_letter_that_is_held_back_is_on_a_page(site: Path, cookbook_release: Path) -> None:
    (held,) = rows_of(cookbook_release, "select * from marts.dim_letter where disposition = 'quarantined'")
    assert "76% is printed" in held["reason"]
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".csv", ".js")]
    own = [path for path in files if path.relative_to(site).parts[0] != "data"]
    assert [str(path) for path in own if "76% is printed" in path.read_text(encoding="utf-8")] == []
    evidence = parsed(site / "council" / "SAMPLE-03" / "2021.html").text_content()
    assert "The stated uphold rate is upheld / investigations as a whole per cent" in evidence


def test_a_season_has_one_sum_of_upheld_cases_and_other_bodies_are_not_in_it(cookbook_release: Path) -> None:
    contents = read_contents(cookbook_release)
    accepted = [row for row in contents.of_season(2022, True) if row["upheld_count"] is not None]
    bodies = [{**row, "council_type_key": "other"} if row is accepted[0] else row for row in contents.performance]
    (group,) = season_values(replace(contents, performance=bodies), 2022, has_pdf=False)["groups"]
    assert f"{group['upheld']['part']} of {group['upheld']['whole']} investigations" in group["headline"]
    assert int(group["upheld"]["part"]) == sum(row["upheld_count"] for row in accepted[1:])


def test_a_council_links_to_no_page_of_its_type_where_none_of_the_type_has_figures(cookbook_release: Path) -> None:
    contents = read_contents(cookbook_release)
    council = contents.councils["SAMPLE-03"]
    held = [{**row, "coverage_state": "quarantined"} for row in contents.performance]
    jobs = council_jobs(
        replace(contents, performance=held),
        replace(council, years=[{**row, "coverage_state": "quarantined"} for row in council.years]),
    )
    assert [job.inputs["type_link"] for job in jobs if job.path == council.address] == [None]


def test_a_release_without_a_letter_does_not_say_that_it_is_invented(cookbook_release: Path) -> None:
    contents = read_contents(cookbook_release)
    assert contents.is_of_samples
    assert not replace(contents, councils={}).is_of_samples


def test_a_season_names_councils_whose_compliance_is_below_100(site: Path, cookbook_release: Path) -> None:
    rows = rows_of(
        cookbook_release,
        "select * from marts.council_performance where season = 2022 and compliance_rate_pct < 100",
    )
    assert rows
    stated = {cells[0]: cells[1] for cells in table_rows(site / "season" / "2022.html", "Compliance below 100%")}
    assert stated == {row["authority_name"]: shown(row["compliance_rate_pct"], "%") for row in rows}


@needs_pango
def test_a_season_is_a_pdf_too(site: Path) -> None:
    from pdfplumber import open as open_pdf

    with open_pdf(site / "season" / "2022.pdf") as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "All councils in 2021-22" in text
    assert "Averages by type" in text


@pytest.mark.long
def test_the_same_release_gives_the_same_bytes(site: Path, cookbook_release: Path, tmp_path: Path) -> None:
    settings = settings_of(cookbook_release, tmp_path)
    build_site(settings)
    files = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file())
    other = site_folder(settings)
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert [str(path) for path in files if (site / path).read_bytes() != (other / path).read_bytes()] == []


def test_a_second_build_makes_only_what_has_changed(site: Path, cookbook_release: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "method.html").unlink()
    made = json.loads((tmp_path / "site" / "made.json").read_text(encoding="utf-8"))
    made["data.html"]["digest"] = "of another release"
    (tmp_path / "site" / "made.json").write_text(json.dumps(made), encoding="utf-8")
    built = build_site(settings_of(cookbook_release, tmp_path))
    assert (built.made_count, built.linked_count) == (2, len(made) - 2)
    assert (tmp_path / "site" / "method.html").read_bytes() == (site / "method.html").read_bytes()


def test_a_letter_that_the_archive_lacks_costs_its_picture_alone(
    site: Path, cookbook_release: Path, tmp_path: Path
) -> None:
    settings = settings_of(cookbook_release, tmp_path).model_copy(update={"archive": str(tmp_path / "empty")})
    build_site(settings)
    page = parsed(tmp_path / "site" / "council" / "SAMPLE-01" / "2021.html")
    (section,) = page.xpath("//section[@id='uphold_rate_pct']")
    assert "There is no picture of the page" in section.text_content()
    assert "fetch its season again" in section.text_content()
    assert "83% of complaints we investigated were upheld" in section.text_content()


def test_without_pango_the_pages_are_there_and_the_command_says_why_no_pdf_is(
    cookbook_release: Path, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithoutPango(MetaPathFinder):
        def find_spec(self, fullname: str, *_: object) -> None:
            if fullname == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    shutil.copytree(site, tmp_path / "site")
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [WithoutPango(), *sys.meta_path])
    built = build_site(settings_of(cookbook_release, tmp_path))
    assert "there are no PDFs" in str(built)
    assert "libpango" in str(built)
    assert (tmp_path / "site" / "season" / "2022.html").exists()
    assert list((tmp_path / "site").rglob("*.pdf")) == []
    assert broken_links(tmp_path / "site") == []


def test_a_disk_that_is_full_at_a_pdf_is_no_lack_of_pango(
    cookbook_release: Path, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(page: Path, folder: Path) -> bytes:
        raise OSError(28, "No space left on device")

    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "season" / "2022.pdf").unlink()
    monkeypatch.setattr(printed, "_printed", full)
    with pytest.raises(OSError, match="No space"):
        build_site(settings_of(cookbook_release, tmp_path))


def test_a_failed_build_leaves_the_site_that_is_there(
    cookbook_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("the site before", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("redress.report.site.folder.SiteFolder.write", full)
    with pytest.raises(OSError, match="No space"):
        build_site(settings_of(cookbook_release, tmp_path))
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8") == "the site before"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def test_without_a_release_the_command_says_what_makes_one(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "none" / "warehouse" / "releases" / "x", tmp_path)
    with pytest.raises(ReleaseError, match="make run makes one"):
        build_site(settings)
