"""What a supplier may plan: replacing, repeating, tables without persons; and refusals that stop nobody else."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.supplier import app
from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
from pipeline.cli.supplier.sealing import REPEATED, SEALED, SEALED_BEFORE, seal_planned
from pipeline.errors import FileRefusedError, OcmoError, SettingsError
from pseudonymisation.agreement import Agreement
from tests.unit.pseudonymisation_world import files
from tests.unit.sealing_world import MAPPINGS, PLAN, REGISTER, REGISTER_FILE, seal, supplier_home

PROVIDERS = "agb;vanaf_maand;soort;postcode\n01990001;01-01-2025;huisartspraktijk;5311 AB\n"
PROVIDER_FILE = f'{{path: providers.csv, mapping: "{MAPPINGS / "provider.yaml"}"}}'


def entry(delivery_id: str, *files: str, replaces: str = "", period: str = "2025") -> str:
    """A delivery as planned in supplier.yaml."""
    named = f"  replaces: {replaces}\n" if replaces else ""
    listed = f"  files: [{', '.join(files or (REGISTER_FILE,))}]\n"
    return f"- delivery_id: {delivery_id}\n  period: '{period}'\n  delivered_on: 2026-01-31\n{named}{listed}"


def planned(home: SupplierHome, *entries: str) -> tuple[SupplierHome, list[PlannedDelivery]]:
    """The home with these deliveries planned instead, and the deliveries."""
    text = "name: one\ndeliveries:\n" + "".join(entries)
    (home.root / "supplier.yaml").write_text(text)
    again = SupplierHome.open(home.root)
    return again, list(again.planned)


def manifest(home: SupplierHome, delivery_id: str) -> dict:
    return json.loads((home.ocmo_outbox / delivery_id / "manifest.json").read_text())


@pytest.fixture
def home(tmp_path: Path) -> SupplierHome:
    made = supplier_home(tmp_path, PLAN)
    (made.root / "providers.csv").write_text(PROVIDERS)
    return made


def mend_register(home: SupplierHome) -> None:
    """Another file: everybody born a year later."""
    (home.root / "register.csv").write_text(REGISTER.replace("1960", "1961"))


def test_a_delivery_that_replaces_says_so_in_both_manifests(home: SupplierHome) -> None:
    seal(home)
    mend_register(home)
    home, (plan,) = planned(home, entry("one-2025-02", replaces="one-2025"))
    assert seal_planned(home, plan).outcome == SEALED
    assert manifest(home, "one-2025-02")["replaces"] == "one-2025"
    assert manifest(home, "one-2025")["replaces"] == ""
    ttp = json.loads((home.ttp_outbox / "one-2025-02" / "manifest.json").read_text())
    assert ttp["replaces"] == "one-2025"
    assert seal_planned(home, plan).outcome == SEALED_BEFORE


@pytest.mark.parametrize(("replaces", "period"), [("one-2024", "2025"), ("one-2025", "2024")])
def test_only_what_was_sealed_from_here_for_the_same_period_can_be_replaced(
    home: SupplierHome, replaces: str, period: str
) -> None:
    seal(home)
    mend_register(home)
    home, (plan,) = planned(home, entry("one-2025-02", replaces=replaces, period=period))
    before = files(home.root)
    with pytest.raises(SettingsError, match=f"replaces {replaces}, which was not sealed from here"):
        seal_planned(home, plan)
    assert files(home.root) == before


def test_the_same_files_under_another_id_are_not_sealed_again(home: SupplierHome) -> None:
    first = seal(home)
    home, (plan,) = planned(home, entry("one-2025-02"))
    before = files(home.root)
    again = seal_planned(home, plan)
    assert again == replace(first, delivery_id="one-2025-02", outcome=REPEATED, earlier="one-2025")
    assert files(home.root) == before


def test_the_same_files_for_another_year_are_another_delivery(home: SupplierHome) -> None:
    """This register is of both years; its rows are cut to each."""
    seal(home)
    home, (plan,) = planned(home, entry("one-2026", period="2026"))
    assert seal_planned(home, plan).outcome == SEALED


def test_the_order_of_the_files_in_the_plan_does_not_matter(home: SupplierHome) -> None:
    home, (plan,) = planned(home, entry("one-2025-01", REGISTER_FILE, PROVIDER_FILE))
    sealed = seal_planned(home, plan)
    home, (plan,) = planned(home, entry("one-2025-01", PROVIDER_FILE, REGISTER_FILE))
    assert seal_planned(home, plan) == replace(sealed, outcome=SEALED_BEFORE)
    home, (plan,) = planned(home, entry("one-2025-02", PROVIDER_FILE, REGISTER_FILE))
    assert seal_planned(home, plan).outcome == REPEATED


def test_the_same_files_can_take_the_place_of_a_delivery(home: SupplierHome) -> None:
    """For instance when the mapping was wrong, and not the file."""
    seal(home)
    home, (plan,) = planned(home, entry("one-2025-02", replaces="one-2025"))
    assert seal_planned(home, plan).outcome == SEALED


def test_after_a_rotation_nothing_is_sealed_anew_and_everything_can_be_replaced(home: SupplierHome) -> None:
    """The OCMO moves what it has to the next epoch: only identifiers are delivered again."""
    seal(home)
    path = home.root / "agreement.json"
    replace(Agreement.load(path), epoch=2).write(path)
    home, (plan,) = planned(home, entry("one-2025-e2"))
    assert seal_planned(home, plan).outcome == REPEATED
    home, (plan,) = planned(home, entry("one-2025-e2", replaces="one-2025"))
    assert seal_planned(home, plan).outcome == SEALED


def test_tables_without_persons_leave_beside_those_with(home: SupplierHome) -> None:
    home, (plan,) = planned(home, entry("one-2025-01", REGISTER_FILE, PROVIDER_FILE))
    sealed = seal_planned(home, plan)
    tables = manifest(home, "one-2025-01")["tables"]
    assert {name: table["is_personal"] for name, table in tables.items()} == {
        "insured": True,
        "provider": False,
    }
    assert (sealed.persons, sealed.accounts["provider"]["rows_accepted"]) == (3, 1)


def test_tables_without_persons_do_not_leave_alone(home: SupplierHome) -> None:
    home, (plan,) = planned(home, entry("one-2025-01", PROVIDER_FILE))
    before = files(home.root)
    with pytest.raises(SettingsError, match=r"no table about persons \(provider\)"):
        seal_planned(home, plan)
    assert files(home.root) == before


def test_another_period_s_files_are_refused(home: SupplierHome) -> None:
    (home.root / "register.csv").write_text(REGISTER.replace("01-01-2025;;", "01-01-2023;31-12-2023;"))
    before = files(home.root)
    with pytest.raises(FileRefusedError, match=r"4 of 4 rows for insured lie outside 2025, .* register\.csv"):
        seal(home)
    assert files(home.root) == before


def test_how_many_rows_may_be_of_other_years_is_a_setting(home: SupplierHome) -> None:
    text = REGISTER.replace(
        "9991;01-02-1960;V;5311 AB;01-01-2025;;", "9991;01-02-1960;V;5311 AB;01-01-2023;31-12-2023;", 2
    )
    (home.root / "register.csv").write_text(text)
    change = "name: one\noutside_period_share: 0.4"
    (home.root / "supplier.yaml").write_text(PLAN.replace("name: one", change))
    with pytest.raises(FileRefusedError, match="2 of 4 rows"):
        seal(SupplierHome.open(home.root))
    for wrong in ("half", "1.5", "true"):
        (home.root / "supplier.yaml").write_text(
            PLAN.replace("name: one", f"name: one\noutside_period_share: {wrong}")
        )
        with pytest.raises(SettingsError, match="is no share"):
            SupplierHome.open(home.root)


def test_a_refused_file_does_not_stop_the_other_deliveries(home: SupplierHome) -> None:
    shutil.copy(home.root / "register.csv", home.root / "cut.asc")
    home, _ = planned(
        home,
        entry("one-2023", "{path: cut.asc}", period="2023"),
        entry("one-2025"),
        entry("one-2025-again"),
    )
    ended = CliRunner().invoke(app, ["seal", "--home", str(home.root)])
    assert ended.stdout.strip().splitlines() == [
        "one-2025: sealed; 3 persons, 3 rows accepted, 1 rejected, EUR 0.00",
        "one-2025-again: repeated; the same files were sealed as one-2025, nothing leaves",
    ]
    (told,) = ended.stderr.splitlines()
    assert told.startswith(
        "one-2023: refused; The file is a table: it does not say itself what its columns mean"
    )
    error = ended.exception
    assert isinstance(error, OcmoError)
    assert (error.exit_code, error.what) == (13, "1 of 3 deliveries were refused; the others went on")


def test_a_receipt_that_is_none_is_told(home: SupplierHome) -> None:
    seal(home)
    (home.root / "sealed" / "one-2025.json").write_text('{"persons": 3}')
    with pytest.raises(SettingsError, match="no receipt of a sealed delivery"):
        seal(home)
