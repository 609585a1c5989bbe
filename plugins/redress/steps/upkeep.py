"""Upkeep: read a season again from the archive, rebuild the warehouse, put an earlier release back.

No source is asked, and nothing is fetched. Reading, checking and publishing are steps of every run; this module has
what upkeep does before these steps.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

from redress.acquire.archive import Archive
from redress.acquire.source import ReferenceKind
from redress.model.season import Season
from redress.steps.acquiring import Archived, archived_file, had_files, in_batches
from redress.steps.publishing import build_warehouse, release
from redress.steps.reading import check
from redress.steps.run import Run, SeasonError, latest_landed_summary
from redress.warehouse.landing import Landing
from redress.warehouse.releases import listing
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.shared import releases_of

READ = (ReferenceKind.LETTER, ReferenceKind.STATISTICS_PAGE)
"""The kinds of archived files that are read as letters. Data tables are not among them."""


class Action(StrEnum):
    """What a run of upkeep can do."""

    REBUILD = "rebuild"
    REREAD = "reread"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True)
class Upkeep:
    """What a person asked a run of upkeep to do.

    `season` is the season to read again. If `anew` is set, also read the files that this reader has read before.
    `release` is the release to go back to, or "" for the release that was current before. `by` and `reason` say who
    asked, and why.
    """

    action: Action
    season: Season | None = None
    anew: bool = False
    release: str = ""
    by: str = ""
    reason: str = ""

    @classmethod
    def of_params(cls, params: Mapping[str, Any], user: str | None) -> "Upkeep":
        """Return what the params of a dag run ask for. `user` is the person who started the run, or None if not
        known.

        Raises ValueError if a param is set that the action does not use, so that no param is ignored. Raises
        ValueError too if a param is missing that the action needs.
        """
        action = Action(params["action"])
        year, release = params["season"], (params["release"] or "").strip()
        by, reason = (params["by"] or "").strip() or user or "", (params["reason"] or "").strip()
        if action is Action.REREAD and year is None:
            raise ValueError("reread needs a season: set season to the year of the letters, such as 2021")
        if action is not Action.REREAD and year is not None:
            raise ValueError(
                f"{action} is of the whole warehouse, and season is set to {year}: leave season empty, "
                "or set action to reread"
            )
        if action is not Action.REREAD and params["anew"]:
            raise ValueError(f"{action} reads no letter: switch anew off, or set action to reread")
        if action is not Action.ROLL_BACK and release:
            raise ValueError(
                f"{action} goes to no earlier release, and release is set to {release}: leave release empty, "
                "or set action to roll_back"
            )
        if action is Action.ROLL_BACK and not by:
            raise ValueError("roll_back has to say who goes back: set by to your name")
        season = None if year is None else Season(int(year))
        return cls(action, season, bool(params["anew"]), release, by, reason)

    @property
    def sentence(self) -> str:
        """What was asked, by whom and why, for people."""
        asked = str(self.action)
        if self.season is not None:
            asked += f" {self.season}, all files anew" if self.anew else f" {self.season}"
        asked += f" to {self.release}" if self.release else ""
        asked += f", asked for by {self.by}" if self.by else ""
        return f"{asked}: {self.reason}" if self.reason else asked


def plan_reread(run: Run) -> list[list[Archived]]:
    """Return the files of a season that are to be read again, in batches.

    These are the landed files. If landing cannot be read, or has nothing of the season, they are the files of the
    last run that landed the season. If no such run is known, they are the last file of each address in the archive,
    including addresses that the source has removed. Raises SeasonError if there is no file.
    """
    with run.record.step("plan") as note:
        archive = Archive(run.settings.archive_address)
        landing = Landing(run.settings.landing_folder)
        landed = _landed_files(run)
        origin = "as they are landed"
        if landed is not None:
            files = [_as_it_came(archive, run.season, sha256, address) for sha256, address in landed.items()]
        else:
            cards = archive.season_cards(run.season)
            summary = latest_landed_summary(run.folder)
            origin = f"landing has nothing of season {run.season} that can be read, so as "
            if summary is not None:
                files = had_files(summary)
                origin += f"run {summary.run_id} had them"
            else:
                files = [
                    archived_file(card.found_address or card.address, ReferenceKind(card.kind), card.sha256)
                    for card in cards
                    if card.kind in READ
                ]
                origin += "each address gave them last"
            tables_count = sum(card.kind == ReferenceKind.DATA_TABLE for card in cards)
            if tables_count:
                origin += f"; data tables that only a run from the source reads: {tables_count}"
        if not files:
            raise SeasonError(
                f"season {run.season} is not landed in {landing.folder}, and the archive {archive.address} has no "
                f"letter of it: take it from its source, redress run {run.season} --from SOURCE"
            )
        batches = in_batches(sorted(files, key=lambda one: one["address"]), run.settings)
        note.message = f"letters: {len(files)}, batches: {len(batches)}; {origin}"
        note.facts = {"letters": len(files), "batches": len(batches)}
    return batches


def check_reread(run: Run, parts: Iterable[str]) -> dict[str, int]:
    """Check and land a season that was read again. Return the number of letters by disposition.

    Raises SeasonError if another run has landed other files meanwhile, because these files would be lost.
    """
    parts = list(parts)
    with run.writer_lock():
        landed = _landed_files(run)
        read = {landed.letter.sha256 for part in parts for landed in run.part(part).letters()}
        if landed is not None and landed.keys() != read:
            raise SeasonError(
                f"season {run.season} was landed by another run while it was read again: landing has "
                f"{len(landed.keys() - read)} files that were not read, and lacks {len(read - landed.keys())} that "
                "were. Landing stays as it is; start the re-read again"
            )
        return check(run, parts)


def rebuild(run: Run) -> str:
    """Build, test and publish the warehouse of everything that is landed. Return the folder of the current release.

    Nothing is published in two cases: the current release is undamaged and holds exactly what is landed; or there
    is a current release, and a person took back the release of what is landed.
    """
    with run.writer_lock():
        return release(run, build_warehouse(run))


def plan_roll_back(run: Run, to: str = "") -> str:
    """Return the identity of the release to go back to.

    `to` is that identity or its beginning; "" means the release that was current before. Planning is a step of its
    own, so that a repeated `roll_back` does not go back further. Raises ReleaseError if there is no such release,
    or if the release is current already or damaged.
    """
    with run.record.step("plan") as note:
        identity = listing.release_to_go_to(releases_of(run.settings, is_loss_left=True), to)
        note.message, note.facts = identity, {"identity": identity}
    return identity


def roll_back(
    run: Run, identity: str, *, by: str, reason: str = "", tell: Callable[[str], None] = lambda sentence: None
) -> str:
    """Make the release `identity`, which `plan_roll_back` found, the current release, and deliver it to the object
    store if the settings name one. Return the identity.

    `tell` gets a sentence about each action as soon as the action is done, so that the sentence stays true if a
    later action fails. If the step failed and is repeated, it does only what the failed try left undone.
    """
    with run.record.step("roll back") as note, run.writer_lock(), ExitStack() as copies:
        releases = releases_of(run.settings, is_loss_left=True)
        copies.enter_context(releases.alone())

        def done(sentence: str) -> None:
            note.message = "; ".join(filter(None, (note.message, sentence)))
            tell(sentence)

        current = releases.current()
        if current is None or current.name != identity:
            listing.roll_back(releases, identity, by=by, reason=reason)
        if run.settings.is_shared:  # with its delivery a release is current, and not before
            delivered = deliver(run.settings)
            done(f"release {identity} is current")
        else:
            done(f"release {identity} is current")
            delivered = deliver(run.settings)
        for sentence in delivered:
            done(sentence)
    return identity


def _landed_files(run: Run) -> dict[str, str] | None:
    """Return the address of each landed file of the season, by the file's sha256. Return None if the season is not
    landed, or if landing cannot be read.
    """
    landing = Landing(run.settings.landing_folder)
    try:
        return landing.files(run.season) if run.season in landing.seasons() else None
    except (OSError, pa.ArrowException):
        return None


def _as_it_came(archive: Archive, season: Season, sha256: str, address: str) -> Archived:
    """Return a landed file in the form in which steps hand on files. The card of the file in the archive says
    whether the file is a statistics page.
    """
    for card in archive.cards(sha256):
        if card.season == season.year and address in (card.found_address, card.address):
            return archived_file(address, ReferenceKind(card.kind), sha256)
    return archived_file(address, ReferenceKind.LETTER, sha256)
