"""The TTP's own folder, and its settings."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pseudonymisation.errors import AgreementError
from pseudonymisation.today import DAYS_AHEAD

HOME_VARIABLE = "OCMO_TTP_HOME"


@dataclass(frozen=True)
class TtpHome:
    """The TTP's own folder: `keys/`, `agreements/`, what it has seen, its audit log; and its drop folders.

    `days_ahead` is how many days a delivery may be dated after the day of a round.
    """

    root: Path
    inbox: Path
    outbox: Path
    days_ahead: int = DAYS_AHEAD

    @classmethod
    def open(cls, root: Path | None = None) -> TtpHome:
        """Read the home's `ttp.json`: `inbox` and `outbox`, relative to the home; if need be `days_ahead`.

        The home is the one given, or that in the environment variable `OCMO_TTP_HOME`.

        Raises:
            AgreementError: when the settings are missing or are not these.
        """
        root = root or Path(os.environ.get(HOME_VARIABLE, "."))
        try:
            settings = json.loads((root / "ttp.json").read_text(encoding="utf-8"))
            inbox, outbox = root / settings["inbox"], root / settings["outbox"]
            days_ahead = settings.get("days_ahead", DAYS_AHEAD)
            if type(days_ahead) is not int or days_ahead < 0:
                raise TypeError("days_ahead is no number of days")
        except (OSError, ValueError, KeyError, TypeError):
            raise AgreementError(
                "The TTP's settings cannot be read",
                where=str(root / "ttp.json"),
                remedy='Write them as {"inbox": "<folder>", "outbox": "<folder>"}, and "days_ahead": <days> if a '
                "delivery may be dated more than a day ahead.",
            ) from None
        return cls(root.resolve(), inbox.resolve(), outbox.resolve(), days_ahead)
