"""Every error for people has an exit code of its own; a defect of ours keeps its traceback."""

from __future__ import annotations

import importlib
import re
import sys
from collections import Counter

import pytest

import pipeline.cli as cli
from pipeline.cli.failures import EXIT_CODES, failure, for_each
from pipeline.errors import FiguresError, NoDataError, OcmoError
from pipeline.home import CHECKOUT
from pseudonymisation.errors import BatchRefusedError, PseudonymisationError


def below(error: type[Exception]) -> list[type[Exception]]:
    """All subclasses, however deep."""
    return [found for child in error.__subclasses__() for found in (child, *below(child))]


@pytest.fixture(scope="module")
def kinds() -> tuple[list[type[OcmoError]], list[type[PseudonymisationError]]]:
    """Every error class of both packages; only modules that define one are imported, for some are slow."""
    for package in ("pipeline", "pseudonymisation"):
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            if re.search(r"^class \w+\(.*Error\):", path.read_text(encoding="utf-8"), re.MULTILINE):
                importlib.import_module(".".join(path.relative_to(CHECKOUT).with_suffix("").parts))
    ours = [kind for kind in below(OcmoError) if kind.__module__.startswith("pipeline.")]
    theirs = [
        kind for kind in below(PseudonymisationError) if kind.__module__.startswith("pseudonymisation.")
    ]
    return ours, theirs  # type: ignore[return-value]


Kinds = tuple[list[type[OcmoError]], list[type[PseudonymisationError]]]


def test_every_kind_has_an_exit_code_of_its_own(kinds: Kinds) -> None:
    ours, theirs = kinds
    assert len(ours) >= 15
    assert len(theirs) >= 15
    codes = [kind.exit_code for kind in ours] + [EXIT_CODES[kind.kind] for kind in theirs]
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert all(2 < code < 126 for code in codes), "0 to 2 and what a shell uses are taken"


def test_the_table_of_kinds_holds_no_other(kinds: Kinds) -> None:
    assert sorted(EXIT_CODES) == sorted(kind.kind for kind in kinds[1])


def test_each_error_becomes_its_message_and_its_code(kinds: Kinds) -> None:
    for kind in [*kinds[0], *kinds[1]]:
        told = failure(kind("It is wrong", where="a file", remedy="Mend it."))  # type: ignore[call-arg]
        assert told is not None
        assert told.message == "It is wrong in a file. Mend it."
        assert told.exit_code == getattr(kind, "exit_code", EXIT_CODES.get(getattr(kind, "kind", "")))


@pytest.mark.parametrize("error", [ValueError("ours"), KeyError("ours"), OSError(2, "ours"), RuntimeError()])
def test_any_other_exception_is_a_defect(error: Exception) -> None:
    assert failure(error) is None


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def app() -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(cli, "app", app)
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize(
    ("error", "code"), [(NoDataError("None", remedy="Wait."), 30), (BatchRefusedError("None"), 49)]
)
def test_the_command_line_ends_with_one_line_and_the_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def app() -> None:
        raise error

    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["ocmo"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == code
    assert capsys.readouterr().err == f"ocmo: {error}\n"


def test_one_that_fails_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []

    def do(number: int) -> None:
        if number < 3:
            raise (NoDataError, FiguresError)[number - 1](f"Number {number} cannot be done")
        done.append(number)

    with pytest.raises(OcmoError, match="2 of 3 failed; the others are done") as ended:
        for_each([1, 2, 3], do, lambda number: f"year {number}")
    assert done == [3]
    assert ended.value.exit_code == NoDataError.exit_code
    told = "year 1: Number 1 cannot be done.\nyear 2: Number 2 cannot be done.\n"
    assert capsys.readouterr().err == told


def test_of_one_alone_the_fault_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    def do(number: int) -> None:
        raise NoDataError(f"Number {number} cannot be done")

    with pytest.raises(NoDataError):
        for_each([1], do, str)
    assert capsys.readouterr().err == ""
