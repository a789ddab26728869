"""An Airflow of a few lines: it answers the calls that a backfill makes, and runs a night whenever it is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.scheduling import AirflowHome
from pipeline.scheduling.nights import business_date_of, nights


class FakeAirflow:
    """Runs by business date. `ends` says how a night ends (default success); `over` is the last
    night that is; `said` is what a failed night's last task says.
    """

    def __init__(self) -> None:
        self.runs: dict[dt.date, dict[str, Any]] = {}
        self.ends: dict[dt.date, str] = {}
        self.over = dt.date.max
        self.is_paused = True
        self.backfills: list[dict[str, Any]] = []
        self.made_while_paused: list[bool] = []
        self.locked = 0
        self.locked_when_made = 0
        self.said: list[str] = []
        self.scheduler = "healthy"
        self.address = ""

    def runs_in(self, home: AirflowHome) -> None:
        """Let it be the Airflow that runs in this home."""
        home.folder.mkdir(parents=True, exist_ok=True)
        (home.folder / "running.json").write_text(
            json.dumps({"address": self.address, "process": os.getpid()})
        )

    def has_run(self, night: dt.date, state: str = "success", run_type: str = "backfill") -> None:
        """A run of an earlier day."""
        self.runs[night] = {
            "dag_run_id": f"{run_type}__{night}",
            "logical_date": f"{night}T01:00:00Z",
            "run_type": run_type,
            "state": state,
            "duration": 7.0,
        }

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """(status, answer) of one call."""
        match (method, *path.split("/")):
            case ("GET", "monitor", "health"):
                return 200, {"scheduler": {"status": self.scheduler}}
            case ("GET", "dags", "nightly"):
                return 200, {"is_paused": self.is_paused}
            case ("PATCH", "dags", "nightly"):
                self.is_paused = body["is_paused"]
                return 200, {}
            case ("GET", "backfills"):
                return 200, self._page("backfills", self.backfills, query)
            case ("POST", "backfills"):
                return self._create(body)
            case ("PUT", "backfills", number, "cancel"):
                return self._cancel(int(number))
            case ("GET", "dags", "nightly", "dagRuns"):
                return 200, self._page("dag_runs", self._progress(), query)
            case ("PATCH", "dags", "nightly", "dagRuns", run_id):
                (run,) = (run for run in self.runs.values() if run["dag_run_id"] == run_id)
                run["state"] = body["state"]
                return 200, run
            case ("GET", "dags", "nightly", "dagRuns", _, "taskInstances"):
                return 200, self._page("task_instances", [{"task_id": "check"}], query)
            case ("GET", "dags", "nightly", "dagRuns", *_, "xcomEntries", "return_value") if self.said:
                return 200, {"value": self.said}
        return 404, {"detail": "not found"}

    def _create(self, body: Any) -> tuple[int, Any]:
        self.made_while_paused.append(self.is_paused)
        if self.locked:
            self.locked -= 1
            return 503, {"detail": "Database is locked."}
        if any(backfill["completed_at"] is None for backfill in self.backfills):
            return 409, {"detail": "There is already a running backfill for dag nightly"}
        first, last = (business_date_of(body[name]) for name in ("from_date", "to_date"))
        for night in nights(first, min(last, self.over)):
            run = self.runs.get(night)
            again = body["reprocess_behavior"] == "completed" or (run and run["state"] == "failed")
            if run is None or (run["state"] in ("success", "failed") and again):
                self.has_run(night, "queued")
        self.backfills.append({"id": len(self.backfills) + 1, "completed_at": None, "asked": body})
        if self.locked_when_made:
            self.locked_when_made -= 1
            return 503, {"detail": "Database is locked."}
        return 200, self.backfills[-1]

    def _cancel(self, number: int) -> tuple[int, Any]:
        backfill = self.backfills[number - 1]
        if backfill["completed_at"]:
            return 409, {"detail": "Backfill is already completed."}
        backfill["completed_at"] = "now"
        for run in self.runs.values():
            run["state"] = "failed" if run["state"] == "queued" else run["state"]
        return 200, backfill

    def _progress(self) -> list[dict[str, Any]]:
        """Each look sees one night further: the one that runs ends, or the oldest that waits begins."""
        for night, run in sorted(self.runs.items()):
            if self.scheduler != "healthy":
                break
            if run["run_type"] != "backfill" or self.is_paused:
                continue
            if run["state"] == "running":
                run["state"] = self.ends.get(night, "success")
                break
            if run["state"] == "queued":
                run["state"] = "running"
                break
        return [self.runs[night] for night in sorted(self.runs)]

    @staticmethod
    def _page(name: str, rows: list[Any], query: dict[str, list[str]]) -> dict[str, Any]:
        if "logical_date_gte" in query:
            first, last = (query[name][0] for name in ("logical_date_gte", "logical_date_lte"))
            days = business_date_of(first), business_date_of(last)
            rows = [row for row in rows if days[0] <= business_date_of(row["logical_date"]) <= days[1]]
        start, number = int(query["offset"][0]), int(query["limit"][0])
        return {name: rows[start : start + number], "total_entries": len(rows)}


@contextlib.contextmanager
def served(airflow: FakeAirflow) -> Iterator[FakeAirflow]:
    """The fake, listening on a port of this machine while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = parts.path.removeprefix("/api/v2/")
            status, said = airflow.answer(
                self.command, path, parse_qs(parts.query), json.loads(body or "null")
            )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - http.server wants them so

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    airflow.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield airflow
    finally:
        server.shutdown()
        server.server_close()
