"""What can go wrong in the pipeline, said for the person who has to mend it.

Every error that a user may meet is an `OcmoError`: what is wrong, where (file, line, field), and what to
do. Each class has its own exit code, so that a script can tell them apart. An exception that is no
`OcmoError` is a defect of ours and keeps its traceback.

No message ever holds a BSN, a key or a birth date: say which field, never what it contained.
"""

from __future__ import annotations


class OcmoError(Exception):
    """An error for people: `what` is wrong, `where`, and what to do about it (`remedy`)."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        """One line: what, where, what to do."""
        parts = [self.what]
        if self.where:
            parts.append(f"in {self.where}")
        text = " ".join(parts).rstrip(".") + "."
        return f"{text} {self.remedy}".rstrip()


class FileRefusedError(OcmoError):
    """A supplier's file cannot be read as what it says it is."""

    exit_code = 10


class TruncatedFileError(FileRefusedError):
    """A file ends before its closing record."""

    exit_code = 11


class RecordLengthError(FileRefusedError):
    """A record is shorter or longer than its standard says."""

    exit_code = 12


class UnknownStandardError(FileRefusedError):
    """The first record names a standard or version without a layout."""

    exit_code = 13


class TrailerMismatchError(FileRefusedError):
    """The closing record's counts or total differ from what the file holds."""

    exit_code = 14


class PackedFileError(FileRefusedError):
    """A gzip or zip file is damaged, encrypted, holds more than one file, or unpacks to more than it may."""

    exit_code = 23


class OversizedGroupError(FileRefusedError):
    """The records that belong together do not fit in memory, so they cannot be judged together."""

    exit_code = 24


class NothingAcceptableError(FileRefusedError):
    """A file about persons has rows, and not one of them can be accepted."""

    exit_code = 18


class ContractError(OcmoError):
    """A contract file cannot be used: unknown key, impossible number, gap in dates."""

    exit_code = 20


class ContractKeyError(ContractError):
    """A contract has a key the language does not know, or lacks one it needs."""

    exit_code = 21


class ContractValueError(ContractError):
    """A contract has a number or text that cannot be what the parties meant."""

    exit_code = 22


class NoDataError(OcmoError):
    """There is nothing to work on: no delivery up to this business date, no figures for this year."""

    exit_code = 30


class FiguresError(OcmoError):
    """The figures do not allow this computation."""

    exit_code = 31


class UncomputedTermsError(OcmoError):
    """A contract agrees on something that the pipeline makes no figures of yet."""

    exit_code = 32


class DeliveryRefusedError(OcmoError):
    """A delivery was refused as a whole; nothing of it is used."""

    exit_code = 40


class ReconciliationError(OcmoError):
    """Rows or cents do not close from one step to the next."""

    exit_code = 50


class SettingsError(OcmoError):
    """A role's home or its settings file is missing or wrong."""

    exit_code = 60


class LayoutError(OcmoError):
    """A record layout or a supplier's mapping file cannot be used, or a value does not fit its field."""

    exit_code = 15


class IssuedStatementError(OcmoError):
    """A statement that was issued would be changed."""

    exit_code = 70


class SchedulingError(OcmoError):
    """Airflow did not come up, did not answer, or ended a command with a failure."""

    exit_code = 74


class BackfillError(OcmoError):
    """Nights of a backfill failed or were left out; the others are done."""

    exit_code = 75


class PrivacyRiskError(OcmoError):
    """More linked persons are alone, or among few, than the contract allows."""

    exit_code = 80


class RotationError(OcmoError):
    """A rotation to a new epoch cannot be applied as it stands."""

    exit_code = 82
