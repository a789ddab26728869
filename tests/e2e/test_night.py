"""The night and the settlement, from sealed deliveries on: what comes out, and that nothing is done twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.demo.homes import CONTRACT, CONTRACTS
from pipeline.demo.plan import plan_of
from pipeline.demo.roles import RoleFailedError, State
from pipeline.demo.run import CONTRACT_ID, CONTRACT_YEAR
from pipeline.demo.summary import read_summary
from tests.e2e.forked import ocmo
from tests.e2e.state import DATE, Results, hashes, run_night, sealed_state, settle

STATEMENT = f"{CONTRACT_ID}-{CONTRACT_YEAR}-draft.json"


def test_every_delivery_is_accepted_and_every_row_and_cent_is_that_of_the_files(settled: State) -> None:
    """Held against what the region knows it wrote, not against what the pipeline counted."""
    region = read_summary(settled.suppliers)
    assert region is not None
    plan = plan_of(region)
    replaced = {delivery.replaces for delivery in plan.deliveries} - {""}
    counting = [delivery for delivery in plan.deliveries if delivery.delivery_id not in replaced]
    paths = {file.path for delivery in counting for file in delivery.files}
    written = [file for file in region.files if file.path in paths]
    found = json.loads(ocmo(settled, "summary", "--date", DATE, "--json"))
    assert found["deliveries"] == {"accepted": len(counting), "replaced": len(replaced)}
    assert found["rows"]["accepted"] == sum(file.rows for file in written)
    cents = found["claim_cents"]["accepted"] + found["payment_cents"]["accepted"]
    assert cents == sum(file.cents for file in written)
    assert found["rows"]["rejected"] == 0


def test_hospitals_patients_link_with_the_insurers_register(settled: State) -> None:
    """A tenth of the operated patients are insured elsewhere, three in ten of the rest with the other insurer."""
    found = json.loads(ocmo(settled, "summary", "--date", DATE, "--json"))
    assert 0.53 < found["contracts"][0]["linked_share"] < 0.73


def test_reconcile_closes_to_the_cent(settled: State) -> None:
    found = json.loads(ocmo(settled, "reconcile", "--date", DATE, "--json"))
    assert found["closes"] is True
    steps = found["settlements"][0]["steps"]
    assert len(steps) > 100
    assert all(step["before"] == step["after"] for step in steps if not step["tolerance"])


def test_a_second_night_and_settlement_leave_every_file_as_it_is(copied_settled: State) -> None:
    assert "deliveries that the OCMO has opened were removed" in ocmo(copied_settled, "ttp", "run")
    before = hashes(copied_settled.root)
    for supplier in ("zilverzorg", "maasoever"):
        said = ocmo(
            copied_settled, "supplier", "seal", "--home", str(copied_settled.home("supplier", supplier))
        )
        assert "sealed before" in said
    assert "Nothing new" in ocmo(copied_settled, "ttp", "run")
    assert "Nothing new has arrived" in run_night(copied_settled)
    settle(copied_settled)
    ocmo(copied_settled, "reconcile", "--date", DATE)
    assert hashes(copied_settled.root) == before


def test_other_keys_give_other_pseudonyms_and_the_same_statement(
    undisturbed: Results, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No result depends on a pseudonym's value or order: a statement cites aggregates only."""
    state = sealed_state(tmp_path_factory.mktemp("other-keys") / "var")
    run_night(state)
    settle(state)
    assert hashes(state.ocmo / "reports") == undisturbed.statements


def test_a_business_date_without_data(copied: State) -> None:
    with pytest.raises(RoleFailedError, match=r"exit code 30: There is no data for business date 2020-01-01"):
        ocmo(copied, "night", "run", "--date", "2020-01-01")
    assert not list((copied.ocmo / "lake" / "tables").rglob("*.parquet"))


def test_a_settlement_before_its_night(copied: State) -> None:
    with pytest.raises(
        RoleFailedError, match=r"exit code 30: No delivery for contract maasoever was accepted"
    ):
        settle(copied)
    assert not list((copied.ocmo / "reports").rglob(STATEMENT))


def test_a_settlement_rests_on_the_contract_as_it_reads_now(copied_settled: State, tmp_path: Path) -> None:
    """Contract A, then B, then A, then B again: each settlement needs its own night, and pays its own amount."""
    text = CONTRACT.read_text(encoding="utf-8")
    folder = tmp_path / "contracts"
    folder.mkdir()
    for path in CONTRACTS:
        shutil.copy(path, folder)
    with (copied_settled.ocmo / "ocmo.yaml").open("a") as settings:
        settings.write(f"contracts: {folder}\n")

    def savings_under(ceiling: str) -> int:
        changed = text.replace("2025-01-01: 50000", f"2025-01-01: {ceiling}")
        (folder / CONTRACT.name).write_text(changed, encoding="utf-8")
        if ceiling not in settled_under:
            with pytest.raises(
                RoleFailedError, match=r"exit code 30: The figures for .* are of other deliveries"
            ):
                settle(copied_settled)
        settled_under.add(ceiling)
        run_night(copied_settled)
        settle(copied_settled)
        (statement,) = (copied_settled.ocmo / "reports").rglob(STATEMENT)
        return int(json.loads(statement.read_text())["savings_cents"])

    settled_under = {"50000"}
    first, other = savings_under("50000"), savings_under("5000")
    assert first != other
    assert [savings_under("50000"), savings_under("5000")] == [first, other]
