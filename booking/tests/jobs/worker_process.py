"""A worker for tests, in a process of its own, with handlers that write into a file.

Started by `processes.start_worker` with the path of that file. The loop, the signals and the
database are the real ones; only the work is made up.
"""

import os
import sys
import time
from datetime import datetime
from pathlib import Path

import django


def main(notes: Path) -> None:
    """Work until stopped; each handler notes its number when it begins and when it ends."""
    django.setup()
    from booking.domain.outbox import Payload  # noqa: PLC0415 - models need the set-up above
    from booking.jobs.worker import Worker  # noqa: PLC0415
    from booking.management.commands.worker import stop_on_signals  # noqa: PLC0415

    def note(text: str) -> None:
        with notes.open("a") as file:  # short appends do not mix
            file.write(f"{text}\n")

    def quick(payload: Payload, now: datetime) -> None:
        note(f"did {payload['n']}")

    def slow(payload: Payload, now: datetime) -> None:
        note(f"began {payload['n']} in {os.getpid()}")
        time.sleep(float(payload["seconds"]))
        note(f"ended {payload['n']}")

    worker = Worker({"quick": quick, "slow": slow}, tidy=lambda _now: None)
    stop_on_signals(worker)
    note("ready")
    worker.run()
    note("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
