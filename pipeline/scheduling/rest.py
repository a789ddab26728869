"""Asking a running Airflow: its public REST API, version 2."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from pipeline.errors import SchedulingError

PAGE = 100
"""Airflow gives at most so many rows an answer."""
LOCKED = 503
"""Airflow's database is SQLite and somebody else was writing: ask again."""
ATTEMPTS, WAIT_SECONDS = 10, 1.0
TIMEOUT_SECONDS = 300
"""Longer than the first call of a task may keep a busy API server from everything else."""


class AirflowApi:
    """The API at one address. Our own Airflow asks for no password: it listens on this machine only."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, **query: Any) -> Any:
        """The answer to GET `path`."""
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def rows(self, path: str, name: str, **query: Any) -> Iterator[Any]:
        """All rows of a list, page by page; `name` is the list's key in the answer."""
        offset, total = 0, 1
        while offset < total:
            answer = self.get(path, **query, limit=PAGE, offset=offset)
            yield from answer[name]
            offset, total = offset + PAGE, answer["total_entries"]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to POST `path`."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to PATCH `path`."""
        return self._ask("PATCH", path, body)

    def put(self, path: str) -> Any:
        """The answer to PUT `path`."""
        return self._ask("PUT", path)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call.

        Raises:
            SchedulingError: when Airflow does not answer, or says no; the message is its own.
        """
        request = urllib.request.Request(  # noqa: S310 - the address is ours
            f"{self.address}/api/v2/{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code == LOCKED and attempt < ATTEMPTS:
                    time.sleep(WAIT_SECONDS)
                    continue
                raise self._said_no(f"{method} {path}", error) from None
            except OSError as error:
                raise SchedulingError(
                    f"Airflow does not answer ({error})",
                    where=self.address,
                    remedy="Is it still running? Its logs, in the home's airflow/, say what it last did.",
                ) from None
        raise AssertionError("every attempt returns or raises")

    def _said_no(self, what: str, error: urllib.error.HTTPError) -> SchedulingError:
        try:
            detail = json.loads(error.read())["detail"]
        except (ValueError, KeyError, TypeError):
            detail = error.reason
        return SchedulingError(
            f"Airflow refused ({error.code}): {detail}",
            where=f"{what.partition('?')[0]} at {self.address}",
            remedy="docs/how-to/backfill.md says what to do about it.",
        )
