"""A second night, on one small delivery more: what a night costs on which hardly anything is new.

One insurer delivers the first claims of the year after: lines of last spring, a year later, each with a number
of its own. Making, sealing and mapping that delivery is no part of the night, and is done before its clock
starts, in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.demo.roles import State

SUPPLIER, MAPPING = "zilverzorg", "primary_care"
SHARE = 0.01
NUMBER, DATES = "declaratieregel", ("begindatum", "einddatum", "factuurdatum")


def add_delivery(state: State, lines: int) -> None:
    """Let the supplier deliver `lines` new claim lines on the day after the first night.

    Raises:
        SettingsError: when it has not so many lines to make them of.
    """
    import yaml

    from pipeline.cli.supplier.planning import SupplierHome
    from pipeline.cli.supplier.sealing import seal_planned
    from pipeline.demo.run import CONTRACT_YEAR
    from pseudonymisation.ttp_home import TtpHome
    from pseudonymisation.ttp_inbox import process_inbox

    home = state.home("supplier", SUPPLIER)
    path = home / "files" / f"{CONTRACT_YEAR + 1}-new.csv"
    _write_a_year_later(
        sorted((home / "files").glob(f"declaraties-{CONTRACT_YEAR}-{CONTRACT_YEAR}k[12].csv")), path, lines
    )
    planned = {
        "delivery_id": f"{SUPPLIER}-{CONTRACT_YEAR + 1}-01",
        "period": str(CONTRACT_YEAR + 1),
        "delivered_on": second_night().isoformat(),
        "files": [{"path": f"files/{path.name}", "mapping": f"mappings/{MAPPING}.yaml"}],
    }
    settings = yaml.safe_load((home / "supplier.yaml").read_text(encoding="utf-8"))
    settings["deliveries"].append(planned)
    (home / "supplier.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    opened = SupplierHome.open(home)
    seal_planned(opened, opened.planned[-1])
    process_inbox(TtpHome.open(state.ttp))


def second_night() -> dt.date:
    """The day after the first night."""
    from pipeline.demo.run import BUSINESS_DATE

    return BUSINESS_DATE + dt.timedelta(days=1)


def load_second_night(state: State) -> Callable[[], None]:
    """The night with the new delivery, as far as the first night's stages go."""
    from pipeline import night
    from pipeline.demo.run import CONTRACT_ID, CONTRACT_YEAR
    from pipeline.home import OcmoHome

    for package in ("casemix", "checks.expectations", "completion", "indicators", "linkage"):
        __import__(f"pipeline.{package}")

    def work() -> None:
        home, date = OcmoHome.open(state.ocmo), second_night()
        for name in night.new_arrivals(home, date):
            night.take_in(home, name)
        accepted = [
            verdict.delivery_id for verdict in night.check(home, date) if verdict.status == "accepted"
        ]
        night.cost(home, CONTRACT_ID, CONTRACT_YEAR, date)
        night.quality(home, CONTRACT_ID, CONTRACT_YEAR, date)
        if accepted != [f"{SUPPLIER}-{CONTRACT_YEAR + 1}-01"]:
            raise SettingsError("The new delivery was not accepted", where=str(state.root))

    return work


def _write_a_year_later(sources: list[Path], target: Path, lines: int) -> None:
    files = [source.read_text(encoding="utf-8").splitlines() for source in sources]
    heading = files[0][0].split(";")
    number, dates = heading.index(NUMBER), [heading.index(name) for name in DATES]
    year = sources[0].name.split("-")[1]
    written = [files[0][0]]
    for line in islice(chain.from_iterable(file[1:] for file in files), lines):
        fields = line.split(";")
        fields[number] = f"9{fields[number]}"
        for place in dates:
            fields[place] = fields[place].replace(year, str(int(year) + 1))
        written.append(";".join(fields))
    if len(written) <= lines:
        raise SettingsError(
            f"{SUPPLIER} has fewer than {lines} lines to begin with", where=str(target.parent)
        )
    target.write_text("\n".join(written) + "\n", encoding="utf-8")


def main() -> None:
    """Be the process that makes the delivery: `python -m bench.second_night STATE LINES`."""
    from bench.measure import told_of  # which imports the stages, this one among them
    from pipeline.demo.roles import State

    try:
        add_delivery(State(Path(sys.argv[1])), int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote what a field held
        sys.exit(f"bench: {told_of(error)}")


if __name__ == "__main__":
    main()
