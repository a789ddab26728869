"""What people do today: an HMAC for every row in a loop, and a request to a service for every person."""

from __future__ import annotations

import hmac
import secrets
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import polars as pl

from bench.pseudonymisation.stages import PERSONS_ASKED, ROWS_IN_LOOP
from bench.pseudonymisation.world import TABLE
from bench.stages import Work


def load_rows(folder: Path) -> Work:
    """`hmac.new` for every row."""
    numbers = pl.read_parquet(folder / f"{TABLE}.parquet", columns=["bsn"])["bsn"]
    messages = numbers.head(ROWS_IN_LOOP).cast(pl.Binary).to_list()
    key = secrets.token_bytes(32)

    def work() -> int:
        return len([hmac.new(key, message, "sha256").hexdigest() for message in messages])

    return work


def load_service(folder: Path) -> Work:
    """A request to a pseudonymisation service for every person, over local HTTP."""
    numbers = pl.read_parquet(folder / f"{TABLE}.parquet", columns=["bsn"])["bsn"]
    asked = numbers.head(PERSONS_ASKED).to_list()
    server = HTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def work() -> int:
        for number in asked:
            connection = HTTPConnection("127.0.0.1", server.server_port)
            connection.request("POST", "/", body=number)
            connection.getresponse().read()
            connection.close()
        return len(asked)

    return work


class _Service(BaseHTTPRequestHandler):
    """Answers a number with its HMAC."""

    key = secrets.token_bytes(32)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(hmac.new(self.key, body, "sha256").hexdigest().encode())

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""
