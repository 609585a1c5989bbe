"""From landing to the readers: the steps build (with tests), release, serve and data docs."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redress.check.decisions import read_decisions
from redress.files.places import remove_tree
from redress.model.reference import load_authorities
from redress.settings import Settings
from redress.steps.run import Run, RunKind, SeasonError
from redress.steps.shown import show_pages
from redress.warehouse.build import build, faults, warehouse_identity
from redress.warehouse.contents import shown
from redress.warehouse.landing import Landing
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.listing import taken_back
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.releases.shared import releases_of


class Publication(StrEnum):
    """What the step `release` did."""

    PUBLISHED = "published"
    """The release is new, or takes the place of a damaged release with the same content."""
    CURRENT_ALREADY = "current_already"
    """The release was current already before the step."""
    CURRENT_AGAIN = "current_again"
    """An earlier release was made current again, because it holds what is landed now."""
    NOTHING_CHANGED = "nothing_changed"
    """The step `build` found nothing to publish."""
    OVERTAKEN = "overtaken"
    """Another season was landed after the build. The run of that season publishes both seasons."""

    def sentence(self, identity: str | None) -> str:
        """Return a clause that says what the step did, for people, without a full stop. `identity` is the identity
        of the built warehouse.
        """
        return {
            Publication.PUBLISHED: f"release {identity} published",
            Publication.CURRENT_ALREADY: f"release {identity} is current already",
            Publication.CURRENT_AGAIN: f"release {identity} is current again",
            Publication.NOTHING_CHANGED: "nothing changed, nothing published",
            Publication.OVERTAKEN: f"another season has been landed since {identity} was built",
        }[self]


@dataclass(frozen=True)
class ReleaseFacts:
    """What the record of a run says about its step `release`.

    `release` is the release that was current when the step was done, or None if the record names none. `is_new`
    says whether this try, or a try before it that was interrupted, made that release current. `built` is the
    identity of the warehouse that the run built. In a record of an earlier version, `is_new` and `publication` are
    None.
    """

    release: str | None
    publication: Publication | None
    is_new: bool | None
    built: str | None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "ReleaseFacts":
        """Return what the step `release` wrote into the run's record. `facts` is the value of `counts` in the event
        that ends the step. A fact is None if an earlier version of Redress did not write it; of such a version,
        only `is_again` is understood, as Publication.CURRENT_AGAIN.
        """
        stated = facts.get("publication", Publication.CURRENT_AGAIN if facts.get("is_again", False) else None)
        publication = None if stated is None else Publication(stated)
        return cls(facts.get("release"), publication, facts.get("is_new"), facts.get("built"))


def build_warehouse(run: Run) -> str | None:
    """Build and test the warehouse of everything that is landed, unless that warehouse was built before. Return the
    warehouse's identity, or None if nothing is to be published.

    Nothing is to be published if the current release holds everything that is landed. Nothing is to be published
    either if there is a current release and a person took back the release of exactly this content. If the release
    of this content is damaged (its files differ from their checksums, or it does not hold what is landed), it is
    built again. Raises ReleaseError if the current release is damaged and a person took back the release of the
    landed content: then nothing may replace the damaged release.
    """
    with run.record.step("build") as note, run.writer_lock():
        releases = releases_of(run.settings, is_loss_left=True)
        identity = warehouse_identity(run.settings)
        releases.clear(but=identity)
        current = releases.current()
        found = releases.loss if current is None else faults(run.settings, current, identity)
        if current is not None and current.name == identity and not found:
            note.message = f"release {identity} holds all of this already"
            return None
        withdrawn = taken_back(releases, identity)
        if withdrawn is not None and found:
            raise ReleaseError(
                f"the current release {releases.history.last_current()} is damaged ({shown(found)}), and what is "
                f"landed is that of release {identity}, which {withdrawn.by} took back on {withdrawn.shown_at}: go "
                f"to a whole one, see redress releases (redress rollback {identity} gives that one back)"
            )
        if withdrawn is not None and current is not None:
            note.message = (
                f"what is landed is that of release {identity}, which {withdrawn.by} took back on "
                f"{withdrawn.shown_at}; {current.name} stays current (redress rollback {identity} gives it back)"
            )
            return None
        note.facts = {"identity": identity}
        folder = releases.release_folder(identity)
        found = releases.bring(identity) or faults(run.settings, folder, identity)
        if not found:
            note.message = f"release {identity} was built before"
            return identity
        if releases.has_built(identity):
            note.message = f"warehouse {identity} was built by another run, which has not published it yet"
            return identity
        with releases.building(identity) as file:
            build(run.settings, file)
        note.message = f"warehouse {identity} built, and its tests passed"
        if folder.is_dir():
            note.message += f"; the release of that name is damaged: {shown(found)}"
    return identity


def release(run: Run, identity: str | None) -> str:
    """Publish a built warehouse. Return the folder of the current release.

    `identity` is what `build_warehouse` returned. Raises SeasonError if there is no current release afterwards.
    """
    may_have_published = _has_unfinished_release(run)
    with run.record.step("release") as note, run.writer_lock(), ExitStack() as copies:
        releases = releases_of(run.settings, is_loss_left=True)
        copies.enter_context(releases.alone())
        publication = _published(releases, identity, run.settings)
        clauses = [publication.sentence(identity)]
        clauses += releases.left_alone()
        if publication is Publication.OVERTAKEN:
            clauses.append("its own run publishes both")
        note.message = "; ".join([*clauses, *deliver(run.settings)])
        current = releases.current()
        if current is not None:
            is_earlier_try = publication is Publication.CURRENT_ALREADY and may_have_published
            note.facts = {
                "release": current.name,
                "publication": publication,
                "is_new": publication is Publication.PUBLISHED or is_earlier_try,
                "built": identity,
            }
    if run.kind is RunKind.SEASON:
        remove_tree(run.work_folder)
        if run.summary_path.exists():
            run.journal.end()
    if current is None:
        raise SeasonError(f"nothing has been published in {releases.folder}, although the build says it is current")
    return str(current)


def _published(releases: Releases, identity: str | None, settings: Settings) -> Publication:
    """If there is a built warehouse and no other season was landed after the build, make the warehouse's release
    current. Publish the warehouse first if the release is missing or damaged. Return what was done.
    """
    current = releases.current()
    if identity is None:
        return Publication.NOTHING_CHANGED
    if identity != warehouse_identity(settings):
        return Publication.OVERTAKEN
    if releases.bring(identity) or faults(settings, releases.release_folder(identity), identity):
        releases.publish(identity)
        return Publication.PUBLISHED
    if current is not None and current.name == identity:
        return Publication.CURRENT_ALREADY
    releases.point_at(identity)
    return Publication.CURRENT_AGAIN


def _has_unfinished_release(run: Run) -> bool:
    """Return whether the last try of the step `release` failed or was killed. That try may have published the
    release.
    """
    states = [event["state"] for event in run.record.events() if event["step"] == "release"]
    return bool(states) and states[-1] != "done"


def serve(run: Run) -> str | None:
    """Put the current release into PostgreSQL, and return a sentence that says what was done there. If the settings
    name no database, return None.

    Raises ServeError if PostgreSQL cannot take the release. The release is still published as files, and PostgreSQL
    keeps the release before.
    """
    if not run.settings.serve_url:
        return None
    with run.record.step("serve") as note, run.writer_lock():
        from redress.warehouse.serving.postgres import serve_current  # only where it is used

        note.message = str(serve_current(run.settings))
    return note.message


def build_data_docs(run: Run) -> str:
    """Render Great Expectations' pages about the season as it is landed. Return the path or address of the first
    page.

    The pages come from the validation that `check` landed with the season. If a person has decided about a letter
    since, or if an earlier version of Redress landed the season, landing has no validation. Then the gate checks
    the landed letters again.
    """
    with run.record.step("data docs") as note:
        from expectations.data_docs import write_data_docs

        landing = Landing(run.settings.landing_folder)
        validation = landing.validation(run.season) or _validated_again(run, landing)
        write_data_docs(validation, run.data_docs_folder)
        note.message = str(show_pages(run.settings, f"data_docs/{run.season}"))
    return note.message


def _validated_again(run: Run, landing: Landing) -> str:
    from expectations.gate import gate

    authorities = load_authorities(additional=run.settings.additional_authorities)
    decisions = read_decisions(landing.folder)
    return gate(run.season, landing.letters(run.season), authorities, decisions, run.run_id).validation
