"""From landing to the readers: build and test, release, serve, Data Docs."""

import shutil

from redress.check.decisions import read_decisions
from redress.model.reference import load_authorities
from redress.steps.run import Run, SeasonError, SeasonRun
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.listing import taken_back
from redress.warehouse.releases.releases import ReleaseError, Releases


def build_warehouse(run: Run) -> str | None:
    """The warehouse of all that is landed, built and tested; its identity, or None where there is none to publish.

    There is none where it is current already, and where a person took the release of just that content back. A
    release whose files are not what its checksums say is built anew. Raises ReleaseError where the current one is
    damaged so and may not be replaced, because a person took the release of what is landed back.
    """
    releases = Releases(run.settings.warehouse_folder)
    with run.record.step("build") as note, run.writer_lock():
        identity = warehouse_identity(run.settings)
        releases.clear(but=identity)
        current = releases.current()
        found = () if current is None else damage(current)
        if current is not None and current.name == identity and not found:
            note.told = f"release {identity} holds all of this already"
            return None
        withdrawn = taken_back(releases, identity)
        if current is not None and withdrawn is not None:
            if found:
                raise ReleaseError(
                    f"the current release {current.name} is damaged ({'; '.join(found)}), and what is landed is "
                    f"that of release {identity}, which {withdrawn.by} took back on {withdrawn.told_at}: go to a "
                    f"whole one, see redress releases (redress rollback {identity} gives that one back)"
                )
            note.told = (
                f"what is landed is that of release {identity}, which {withdrawn.by} took back on "
                f"{withdrawn.told_at}; {current.name} stays current (redress rollback {identity} gives it back)"
            )
            return None
        folder = releases.release_folder(identity)
        found = damage(folder)
        if not found:
            note.told = f"release {identity} was built before"
            note.counts = {"identity": identity}
            return identity
        if releases.incoming_file(identity).exists():
            note.told = f"warehouse {identity} was built by another run, which has not published it yet"
            note.counts = {"identity": identity}
            return identity
        with releases.building(identity) as file:
            build(run.settings, file)
        note.told = f"warehouse {identity} built, and its tests passed"
        if folder.is_dir():
            note.told += f"; the release of that name is damaged: {'; '.join(found)}"
        note.counts = {"identity": identity}
    return identity


def release(run: Run, identity: str | None) -> str:
    """A built warehouse published; the folder of the current release."""
    releases = Releases(run.settings.warehouse_folder)
    is_new = is_again = False
    may_have_published = _has_unfinished_release(run)
    with run.record.step("release") as note, run.writer_lock():
        current = releases.current()
        was = None if current is None else current.name
        if identity is None:
            note.told = "nothing changed, nothing published"
        elif identity != warehouse_identity(run.settings):
            note.told = f"another season has been landed since {identity} was built; its own run publishes both"
        elif not damage(releases.release_folder(identity)):
            if was == identity:
                note.told = f"release {identity} is current already"
                is_new = may_have_published
            else:
                releases.point_at(identity)
                note.told = f"release {identity} is current again"
                is_again = True
        else:
            releases.publish(identity)
            note.told = f"release {identity} published"
            is_new = True
        note.told = "; ".join([note.told, *deliver(run.settings)])
        current = releases.current()
        note.counts = {} if current is None else {"release": current.name, "is_new": is_new, "is_again": is_again}
    if isinstance(run, SeasonRun):
        shutil.rmtree(run.work_folder, ignore_errors=True)
        if run.summary_path.exists():
            run.journal.end()
    if current is None:
        raise SeasonError(f"nothing has been published in {releases.folder}, although the build says it is current")
    return str(current)


def _has_unfinished_release(run: Run) -> bool:
    """Whether a try of this run to release was killed or failed: it may have published before that."""
    states = [event["state"] for event in run.record.events() if event["step"] == "release"]
    return bool(states) and states[-1] != "done"


def serve(run: Run) -> str | None:
    """The current release into the PostgreSQL that serves it; what was done there, or None where none is set.

    Raises ServeError where that fails: the release is out as files, and PostgreSQL has the one before.
    """
    if not run.settings.serve_url:
        return None
    with run.record.step("serve") as note, run.writer_lock():
        from redress.warehouse.serving.postgres import serve_current  # only where it is used

        note.told = str(serve_current(run.settings))
    return note.told


def build_data_docs(run: SeasonRun) -> str:
    """Render Great Expectations' pages about the season as it is landed; return the path of the first page.

    The pages come from the validation that `check` landed with the season. If there is none, because a person has
    decided about a letter since or an earlier version landed the season, the gate checks the landed letters again.
    """
    with run.record.step("data docs") as note:
        from expectations.data_docs import write_data_docs

        landing = Landing(run.settings.landing_folder)
        validation = landing.validation(run.season) or _validated_again(run, landing)
        index = write_data_docs(validation, run.settings.data_docs_folder / str(run.season))
        note.told = str(index)
    return str(index)


def _validated_again(run: SeasonRun, landing: Landing) -> str:
    from expectations.gate import gate

    authorities = load_authorities(additional=run.settings.additional_authorities)
    decisions = read_decisions(landing.folder)
    return gate(run.season, landing.letters(run.season), authorities, decisions, run.run_id).validation
