"""Whether an Airflow's scheduler still lives: without one, runs stay queued for ever and nothing says so."""

from __future__ import annotations

import time

from pipeline.errors import SchedulingError
from pipeline.scheduling.rest import AirflowApi

ASK_EVERY_SECONDS = 15.0
GIVES_UP_AFTER_SECONDS = 180.0
"""Six times what Airflow itself waits for a heartbeat: a machine that is busy may miss some."""


class Pulse:
    """Asked again and again while somebody waits for runs; it asks Airflow only every so often."""

    def __init__(self, api: AirflowApi) -> None:
        self._api = api
        self._asked = self._alive = time.monotonic()

    def require(self) -> None:
        """Go on when the scheduler lives, or was seen alive a short while ago.

        Raises:
            SchedulingError: when it has not lived for `GIVES_UP_AFTER_SECONDS`.
        """
        now = time.monotonic()
        if now - self._asked < ASK_EVERY_SECONDS:
            return
        self._asked = now
        if self._api.get("monitor/health")["scheduler"]["status"] == "healthy":
            self._alive = now
        elif now - self._alive > GIVES_UP_AFTER_SECONDS:
            raise SchedulingError(
                "Airflow's scheduler has stopped; nights that wait will not run",
                where=self._api.address,
                remedy="Its scheduler.log says why. Stop that Airflow, then run again with `--only-failed`.",
            )
