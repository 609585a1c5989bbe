"""Acquire a season while no file may grow beyond a size, as on a full disk.

python -m tests.acquire.full_disk SOURCE LARGEST_BYTES
"""

import resource
import sys


def main(source_name: str, largest_bytes: int) -> None:
    """Acquire season 2021 by the settings of the environment, and print the archive's error if there is one."""
    from redress.acquire.archive import ArchiveError
    from redress.acquire.sources.by_name import source_of
    from redress.settings import Settings
    from redress.steps import Run, acquire, plan
    from redress.steps.record import new_run_id
    from tests.acquire.letters_server import SEASON

    settings = Settings()
    run = Run.of_season(SEASON, new_run_id(), settings)
    source = source_of(source_name, settings)
    batches = plan(run, source)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_bytes, largest_bytes))
    try:
        for number, references in enumerate(batches):
            acquire(run, source, references, number)
    except ArchiveError as error:
        print(error)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
