"""Hold a lock until standard input is closed: run as a process of its own.

    python -m tests.files.lock_holder ADDRESS LEASE_SECONDS

The process prints "taken" when it has the lock. When its input is closed it asks whether it still holds the lock,
and prints "held", or "lost" with the reason.
"""

import sys

from redress.files import locks
from redress.files.locks import Lock, LockLostError
from redress.files.places import place_at


def main(address: str, lease_seconds: float) -> None:
    """Take the lock at an address, hold it until standard input is closed, and print whether it is still held."""
    locks.LEASE_SECONDS = lease_seconds
    with Lock(place_at(address)) as lock:
        print("taken", flush=True)
        sys.stdin.read()
        try:
            lock.require_held()
        except LockLostError as error:
            print(f"lost: {error}", flush=True)
        else:
            print("held", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
