"""The checks as data: written out in full, and a mistake in the file is named."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.canonical import canonical_table, canonical_tables, care_types
from pipeline.checks import check_definitions

DAY = dt.date(2026, 4, 1)
ENTRY = "type: between, columns: [birth_year], min: 1880, severity: stop, endangers: [case_mix], says: x"


def definitions(tmp_path: Path, entry: str) -> tuple[str, ...]:
    path = tmp_path / "checks.yaml"
    path.write_text(f"outputs: {{case_mix: x}}\ntables:\n  insured:\n    - {{{entry}}}\n", encoding="utf-8")
    return tuple(check.id for check in check_definitions(DAY, path))


def test_every_mandatory_column_of_every_canonical_table_must_have_a_value() -> None:
    judged = {(check.table, *check.columns) for check in check_definitions(DAY) if check.type == "not_null"}
    mandatory = {
        (table.name, column.name)
        for table in canonical_tables().values()
        for column in table.columns
        if not column.optional
    }
    assert judged == mandatory


def test_every_canonical_key_is_judged_with_the_pseudonym_for_the_person() -> None:
    keys = {check.table: check.columns for check in check_definitions(DAY) if check.type == "unique_key"}
    assert keys["insured"] == ("pid", "insurer_code", "from_month")
    assert set(keys) == set(canonical_tables())


def test_codes_come_from_the_canonical_table() -> None:
    by_id = {check.id: check for check in check_definitions(DAY)}
    asa = next(column for column in canonical_table("clinical_event").columns if column.name == "asa_code")
    assert by_id["clinical_event.asa_code.values_in_set"].parameters["values"] == asa.values


def test_kinds_of_care_are_those_of_the_canonical_list() -> None:
    """Claims, payments and books must name the same kinds of care, or no sum of them ever meets another."""
    named = [check for check in check_definitions(DAY) if check.columns == ("care_type_code",)]
    judged = [check.table for check in named if check.parameters.get("values") == tuple(care_types())]
    assert judged == ["claim_line", "non_claim_payment", "control_total"]


def test_two_bounds_on_one_column_have_ids_of_their_own() -> None:
    """Half a million is unusual on a claim line, five million is an error."""
    by_id = {check.id: check for check in check_definitions(DAY)}
    warn, stop = (by_id[f"claim_line.declared_cents.{name}"] for name in ("between", "absurd_amount"))
    assert (warn.severity, warn.parameters["max"]) == ("warn", 500_000_00)
    assert (stop.severity, stop.parameters["max"]) == ("stop", 5_000_000_00)


def test_upper_date_and_year_become_those_of_the_delivery() -> None:
    by_id = {check.id: check for check in check_definitions(DAY)}
    assert by_id["clinical_event.event_date.between"].parameters["max"] == DAY
    assert by_id["insured.birth_year.between"].parameters == {"min": 1880, "max": 2026}


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("type: between", "type: betwen", "'betwen' is no type of check; known: not_null"),
        ("min: 1880", "minimum: 1880", "between takes no 'minimum'"),
        ("type: between", "type: not_null", "not_null takes no 'min'"),
        (
            "type: between, columns: [birth_year], min: 1880",
            "type: matches_pattern, columns: [sex_code]",
            "'pattern'",
        ),
        (
            "type: between, columns: [birth_year], min: 1880",
            "type: between, columns: [birth_year]",
            "needs max or min",
        ),
        ("[birth_year]", "[birth_day]", "insured has no column 'birth_day'"),
        ("severity: stop", "severity: fatal", "severity is stop or warn"),
        ("[case_mix]", "[weather]", "'weather', which is no output"),
        ("columns: [birth_year]", "columns: [birth_year, birth_year]", "twice on one column; name one"),
        (
            "type: between, columns: [birth_year], min: 1880",
            "type: known_in, columns: [insurer_code], known: provider.uzovi_code",
            "there is no 'provider.uzovi_code'",
        ),
        (
            "type: between, columns: [birth_year], min: 1880",
            "type: no_overlap, columns: [from_month], length: months, by: [person]",
            "insured has no column 'months'",
        ),
        (", says: x", "", "lacks 'says'"),
        (", says: x", ", says: x, threshold: 2", "threshold is a share"),
    ],
)
def test_a_mistake_in_the_file_is_named(was: str, becomes: str, message: str, tmp_path: Path) -> None:
    assert definitions(tmp_path, ENTRY) == ("insured.birth_year.between",)
    assert was in ENTRY
    with pytest.raises(ValueError, match=message):
        definitions(tmp_path, ENTRY.replace(was, becomes))


def test_importing_the_package_does_not_import_great_expectations() -> None:
    """It takes eight seconds: no command that judges nothing should wait for it."""
    code = "import sys, pipeline.checks; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
