"""Correct an issued statement: draft the correction, have it read, issue it. Nothing that was issued changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.code_version import code_version
from pipeline.contract.standing import StandingVersions
from pipeline.database import writing
from pipeline.errors import IssuedStatementError, NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.correction.compute import compute
from pipeline.reporting.correction.document import Correction, correction_document
from pipeline.reporting.correction.page import correction_page
from pipeline.reporting.correction.register import IssuedCorrection, IssuedCorrections
from pipeline.reporting.correction.standing import CORRECTED, corrections_folder
from pipeline.reporting.correction.tranche import compute_tranche, told_of_tranche
from pipeline.reporting.files import add_folder, alone_in
from pipeline.reporting.statement import statement_files
from pipeline.settlement.told import Told

State = Literal["draft", "final"]


@dataclass(frozen=True)
class Written:
    """A correction that was drafted or issued, and the folder with its files."""

    correction: Correction
    folder: Path


def draft_correction(
    home: OcmoHome,
    contract_id: str,
    year: int,
    business_date: dt.date,
    reason: str,
    stated: Iterable[str] = (),
) -> Written:
    """Compute what the year comes to now against what stands of it, and write the draft.

    `stated` are facts that nobody delivers, such as `left_within_year=1`; those of earlier corrections still hold.

    Raises:
        NoDataError: when nothing was issued, nothing differs, or nothing was delivered.
        SettingsError: when no reason is given, or the date lies before that of what stands.
        FiguresError: when a stated fact cannot be, or the figures do not allow a settlement.
        ReconciliationError: when rows or cents do not close, or issued files are not what was issued.
    """
    made = compute(home, contract_id, year, business_date, reason, stated)
    return _drafted(home, made, f"draft-{business_date}")


def issue_correction(
    home: OcmoHome,
    contract_id: str,
    year: int,
    business_date: dt.date,
    reason: str,
    stated: Iterable[str] = (),
) -> Written:
    """Issue the correction that was drafted on these figures, for this reason and with these facts.

    Raises:
        NoDataError: when there is no such draft, or it is not what these figures give now.
        IssuedStatementError: when files of that number lie there which the register does not know.
        OcmoError: see `draft_correction`.
    """
    return _issued(
        home,
        (contract_id, year, business_date),
        f"draft-{business_date}",
        lambda: compute(home, contract_id, year, business_date, reason, stated),
    )


def draft_tranche(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Written:
    """Compute what late indicators that are known now add to what stands, and write the draft.

    Raises:
        OcmoError: see `compute_tranche`.
    """
    made = compute_tranche(home, contract_id, year, business_date, told)
    return _drafted(home, made, f"tranche-{business_date}")


def issue_tranche(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Written:
    """Issue the tranche that was drafted on a business date; what was told is that of the draft.

    Raises:
        OcmoError: see `issue_correction` and `compute_tranche`.
    """
    name = f"tranche-{business_date}"
    told = told_of_tranche(home, contract_id, year, name)
    return _issued(
        home,
        (contract_id, year, business_date),
        name,
        lambda: compute_tranche(home, contract_id, year, business_date, told),
    )


def _drafted(home: OcmoHome, made: Correction, name: str) -> Written:
    """Write a draft in the place of an earlier one of that name."""
    root = corrections_folder(home, made.after.contract.id, made.after.year)
    with alone_in(root):
        shutil.rmtree(root / name, ignore_errors=True)
        add_folder(root / name, correction_files(made, "draft"))
    return Written(made, root / name)


def _issued(
    home: OcmoHome, about: tuple[str, int, dt.date], draft: str, computed: Callable[[], Correction]
) -> Written:
    """Compute again, see that the draft of that name is the same, and issue it under the next number."""
    contract_id, year, business_date = about
    root, engine = corrections_folder(home, contract_id, year), open_lake(home).catalogue.engine
    register, standing = IssuedCorrections(engine), StandingVersions(engine)
    with alone_in(root):
        made = computed()
        _require_draft(root / draft, correction_files(made, "draft"))
        files = correction_files(made, "final")
        folder = root / f"{made.number:02d}"
        with writing(engine) as connection, connection.begin():
            register.add(_row(made, business_date, files), connection)
            standing.hold(made.after.contract, year, connection)
            _place(folder, files)
    return Written(made, folder)


def correction_files(correction: Correction, state: State) -> dict[str, bytes]:
    """The files of a correction by name: itself, and the whole statement that it leads to."""
    after = correction.after
    content = correction_document(correction, state)
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    name = f"{after.contract.id}-{after.year}-{correction.kind}-{correction.number:02d}"
    return {
        f"{name}.json": text.encode(),
        f"{name}.html": correction_page(content, after.contract.contract.language).encode(),
        **statement_files(replace(after, state=CORRECTED), code_version=code_version()),
    }


def _require_draft(folder: Path, files: Mapping[str, bytes]) -> None:
    """See that people could read what is issued: a draft of the same bytes."""
    there = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    if there != dict(files):
        what = "is not what these figures, reason and facts give" if there else "is not there"
        raise NoDataError(
            f"The draft of this correction {what}",
            where=f"corrections/{folder.parent.name}/{folder.name}",
            remedy="Draft it with `ocmo settlement correct`, have it read, then issue it with the same options.",
        )


def _row(made: Correction, business_date: dt.date, files: Mapping[str, bytes]) -> IssuedCorrection:
    return IssuedCorrection(
        contract=made.after.contract.id,
        year=made.after.year,
        number=made.number,
        business_date=business_date,
        payable_cents=made.after.payable_cents,
        difference_cents=made.difference_cents,
        digests={name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        code_version=code_version(),
    )


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files there; those that a broken-off run has put there are left when they are the same."""
    if not folder.exists():
        add_folder(folder, files)
    elif {path.name: path.read_bytes() for path in folder.iterdir()} != dict(files):
        raise IssuedStatementError(
            "There are files of an issued correction that the register does not know",
            where=f"corrections/{folder.parent.name}/{folder.name}",
            remedy="Find out where they come from (an older backup of the register?) before issuing.",
        )
