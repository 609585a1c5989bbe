"""The writer lock: who changes landing or the warehouse, or decides about a letter, does it alone."""

from filelock import FileLock

from redress.settings import Settings


def writer_lock(settings: Settings) -> FileLock:
    """The lock of a home, to be used with `with`. A process that holds it may take it again."""
    settings.writer_lock.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(settings.writer_lock, is_singleton=True)
