"""What `ocmo supplier check` is asked to check: files with their mappings, or what a home plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
from pipeline.errors import SettingsError
from pipeline.intake.check import FileToCheck
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.rules.period_rules import OUTSIDE_SHARE, Window
from pseudonymisation.agreement import REFUSE, Agreement


@dataclass(frozen=True)
class _Kind:
    """What may be said of a file, for messages."""

    name: str
    is_of: str
    option: str


MAPPING = _Kind("mapping", "is of", "--mapping FILE=MAPPING")
ROWS = _Kind("expected rows", "are of", "--rows FILE=ROWS")


@dataclass(frozen=True)
class Asked:
    """What is to be checked, and how."""

    files: tuple[FileToCheck, ...]
    window: Window
    layout_folders: tuple[Path, ...]
    allow_test_numbers: bool
    outside_share: float = OUTSIDE_SHARE
    refuses_bsns: bool = False
    workspaces: Callable[[], Workspace] = Workspace.temporary

    @classmethod
    def of_plan(cls, root: Path, delivery: str | None, *, given: bool) -> Asked:
        """What the home at `root` plans, as it would be sealed: its layouts, its period, its policy on test numbers.

        `delivery` may be None where one is planned. `given` is true when files or settings were named as well.

        Raises:
            SettingsError: when they were, or there is no such plan.
        """
        if given:
            raise SettingsError(
                "A planned delivery has its files, mappings, period and layouts in its home",
                remedy="Give --home and --delivery only, or files without --home.",
            )
        home = SupplierHome.open(root)
        planned = _planned(home, delivery)
        agreement = Agreement.load(home.root / "agreement.json")
        return cls(
            files=tuple(FileToCheck(file.path, file.mapping, file.rows) for file in planned.files),
            window=Window.of(planned.period, planned.delivered_on),
            layout_folders=home.layout_folders,
            allow_test_numbers=agreement.allow_test_numbers,
            outside_share=home.outside_period_share,
            refuses_bsns=agreement.bsn_policy == REFUSE,
            workspaces=lambda: Workspace(home.root / "work"),
        )


def asked_files(
    files: Sequence[Path], mappings: Sequence[str], rows: Sequence[str] = ()
) -> tuple[FileToCheck, ...]:
    """Each file with its mapping and its expected rows: 'FILE=MAPPING', or just 'MAPPING' where there is one file.

    FILE is the path as it was given, or the bare name where only one file has it. Likewise 'FILE=ROWS'.

    Raises:
        SettingsError: when there are no files, a mapping names none of them, or several, or rows are no number.
    """
    if not files:
        raise SettingsError(
            "There is nothing to check", remedy="Give files, or --home and --delivery for what is planned."
        )
    mapped = {file: Path(mapping) for file, mapping in _by_file(files, mappings, MAPPING)}
    expected = {file: _number(number) for file, number in _by_file(files, rows, ROWS)}
    return tuple(FileToCheck(file, mapped.get(file), expected.get(file)) for file in files)


def _by_file(files: Sequence[Path], texts: Sequence[str], kind: _Kind) -> Iterator[tuple[Path, str]]:
    """What is said of which file, by texts such as 'FILE=MAPPING'."""
    for text in texts:
        name, equals, said = text.rpartition("=")
        yield (files[0] if not equals and len(files) == 1 else _file_meant(name, files, text, kind)), said


def _number(text: str) -> int:
    if not text.isdecimal():
        raise SettingsError(
            f"'{text}' is no number of rows", remedy="Write --rows 1204; with several files --rows FILE=1204."
        )
    return int(text)


def _file_meant(name: str, files: Sequence[Path], text: str, kind: _Kind) -> Path:
    """The file of this path, else the only one of this name; `text` is all that was said, to be shown."""
    if Path(name) in files:
        return Path(name)
    found = [file for file in files if file.name == name]
    if not found:
        raise SettingsError(
            f"The {kind.name} '{text}' {kind.is_of} no file that is checked",
            remedy=f"With several files write {kind.option}, once for each table.",
        )
    if len(found) > 1:
        raise SettingsError(
            f"The {kind.name} '{text}' may be of {len(found)} files: they have the same name",
            remedy=f"Write each FILE with its folder, as it is given to be checked: {kind.option}.",
        )
    return found[0]


def _planned(home: SupplierHome, delivery: str | None) -> PlannedDelivery:
    found = [plan for plan in home.planned if delivery in (None, plan.delivery_id)]
    if len(found) != 1:
        raise SettingsError(
            f"{len(found)} deliveries are planned"
            if delivery is None
            else f"No delivery '{delivery}' is planned",
            where=str(home.root / "supplier.yaml"),
            remedy="Name one of those that are planned there with --delivery.",
        )
    return found[0]
