"""The list to mend as a file, of the kind that its name says."""

from __future__ import annotations

from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from pipeline.errors import SettingsError
from pipeline.intake.mend.delivery import DeliveryResult
from pipeline.intake.mend.json_text import write_json
from pipeline.intake.mend.mend_list import MendList
from pipeline.intake.mend.workbook import write_workbook

WRITERS = {".xlsx": write_workbook, ".json": write_json}
"""By how a file's name ends."""


def require_mend_path(path: Path) -> None:
    """Raise unless a list can be written there: asked before files are checked, which may take long.

    Raises:
        SettingsError: when the name says neither kind of list.
        OSError: when it cannot be written.
    """
    if path.suffix.lower() not in WRITERS:
        raise SettingsError(
            "The list to mend is a workbook or JSON",
            where=path.name,
            remedy=f"Give it a name that ends in {' or '.join(WRITERS)}.",
        )
    require_writable(path)


def require_writable(path: Path) -> None:
    """Raise unless a file can be written at this path; what is there stays as it is.

    Raises:
        OSError: when it cannot: there is no such folder, it may not be written, or another program holds it.
    """
    if path.exists():
        path.open("ab").close()
    else:
        path.open("xb").close()
        path.unlink()


def write_mend_list(path: Path, delivery: DeliveryResult) -> None:
    """Write the list of this delivery. The same files give the same bytes.

    Raises:
        SettingsError: when the name of the list says neither kind.
        OSError: when it cannot be written.
    """
    require_mend_path(path)
    try:
        WRITERS[path.suffix.lower()](MendList.of(delivery), path)
    except FileCreateError as error:  # how the library wraps what the system says
        raise error.args[0] from None
