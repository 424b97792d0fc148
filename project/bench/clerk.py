"""Sends orders to `project.bench.inside`, one such process per database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from project.bench.server import environment
from project.testing.postgres import ROOT


class Clerk:
    """Knows one database from within Django."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def do(self, order: str, **details: Any) -> dict[str, Any]:
        """Have an order done and return the answer. Raises RuntimeError when it failed."""
        orders, answers = self._process.stdin, self._process.stdout
        if orders is None or answers is None:
            raise RuntimeError("The clerk has no ears.")
        orders.write(json.dumps({"do": order, **details}) + "\n")
        orders.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError(f"The order {order!r} failed; its error is above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def employed(database_url: str) -> Iterator[Clerk]:
    """Start a clerk for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "project.bench.inside"],
        cwd=ROOT,
        env=environment(database_url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Clerk(process)
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
