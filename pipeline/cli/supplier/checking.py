"""What `ocmo supplier check` does: files checked as one delivery, or each by itself where one of them is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from pipeline.cli.options import named_by_user
from pipeline.cli.supplier import checked as shown
from pipeline.cli.supplier.asked import Asked
from pipeline.cli.supplier.judging import judge_bsn, require_possible_bsns
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.intake.answers.return_file import write_return
from pipeline.intake.check import CheckedDelivery, CheckedFile, FileToCheck, check_delivery
from pipeline.intake.mend import (
    DeliveryResult,
    Refusal,
    require_mend_path,
    require_writable,
    write_mend_list,
)
from pipeline.intake.rules.period_rules import Window, require_period


def check_and_tell(asked: Asked, *, mend: Path | None, return_file: Path | None, as_json: bool) -> None:
    """Check, write the lists that are asked for, and show what was found.

    Raises:
        FileRefusedError: after all was shown, the first refusal.
        SettingsError: when a list cannot be written.
    """
    _require_targets(asked, mend, return_file)
    checked = check(asked)
    if mend is not None:
        with named_by_user(mend):
            write_mend_list(mend, checked)
    if return_file is not None:
        _write_return(asked, checked, return_file)
    if as_json:
        typer.echo(json.dumps(shown.as_json(checked), indent=1))
    elif len(checked.files) > 1 or checked.checked:
        shown.show(checked)
    if checked.refusal:
        raise checked.refusal


def _require_targets(asked: Asked, mend: Path | None, return_file: Path | None) -> None:
    """Raise now when a list cannot be written: a check may take long."""
    if mend is not None:
        with named_by_user(mend):
            require_mend_path(mend)
    if return_file is None:
        return
    if len(asked.files) > 1:
        raise SettingsError("A return file answers one message", remedy="Check one file with --return-file.")
    with named_by_user(return_file):
        require_writable(return_file)


def check(asked: Asked) -> DeliveryResult:
    """Check the files together; when one of them is refused, each by itself, so that all is told that is wrong.

    Raises:
        LayoutError: when a mapping or a layout cannot be used.
        SettingsError: when something about the check itself is wrong.
    """
    try:
        delivery = _together(asked, asked.files)
    except FileRefusedError as error:
        alone = len(asked.files) == 1
        outcomes = (
            [_refused(asked.files[0], error)] if alone else [_alone(asked, file) for file in asked.files]
        )
    else:
        outcomes = [(file, _nothing_acceptable(file)) for file in delivery.files]
    files = tuple(file for file, _ in outcomes)
    refusals = [refusal for _, refusal in outcomes if refusal]
    if refusals:
        return DeliveryResult(files, asked.window, refusals[0])
    together = _refused_together(asked, [file for file in files if isinstance(file, CheckedFile)])
    return DeliveryResult(files, asked.window, together, is_together=together is not None)


_Outcome = tuple[CheckedFile | Refusal, FileRefusedError | None]


def _together(asked: Asked, files: Sequence[FileToCheck]) -> CheckedDelivery:
    window = asked.window
    console = Console(stderr=True)
    with console.status(f"Checking {escape(files[0].path.name)}") if len(files) == 1 else nullcontext():
        is_quiet = len(files) == 1 or not console.is_terminal
        many = track(files, "Checking", console=console, transient=True, disable=is_quiet)
        return _checked(asked, window, many)


def _checked(asked: Asked, window: Window, files: Iterable[FileToCheck]) -> CheckedDelivery:
    return check_delivery(
        files,
        judge_bsn=judge_bsn(allow_test_numbers=asked.allow_test_numbers),
        workspace=asked.workspaces(),
        period=None if window.year is None else str(window.year),
        delivered_on=window.delivered_on,
        layout_folders=asked.layout_folders,
        allow_test_messages=asked.allow_test_numbers,
    )


def _alone(asked: Asked, file: FileToCheck) -> _Outcome:
    try:
        (checked,) = _together(asked, [file]).files
    except FileRefusedError as error:
        return _refused(file, error)
    return checked, _nothing_acceptable(checked)


def _refused(file: FileToCheck, error: FileRefusedError) -> _Outcome:
    return Refusal.of(file.path, error), error


def _nothing_acceptable(file: CheckedFile) -> FileRefusedError | None:
    try:
        file.require_something_acceptable()
    except FileRefusedError as error:
        return error
    return None


def _refused_together(asked: Asked, files: Sequence[CheckedFile]) -> FileRefusedError | None:
    """The refusal of files that are good one by one: mostly of another year, or with BSNs that a contract refuses."""
    try:
        if asked.window.year is not None:
            counted = [(file.name, file.periods) for file in files]
            require_period(counted, str(asked.window.year), asked.outside_share)
        if asked.refuses_bsns:
            require_possible_bsns(files)
    except FileRefusedError as error:
        return error
    return None


def _write_return(asked: Asked, checked: DeliveryResult, path: Path) -> None:
    for file in checked.checked:
        with named_by_user(path):
            write_return(asked.files[0].path, file, path, layout_folders=asked.layout_folders)
