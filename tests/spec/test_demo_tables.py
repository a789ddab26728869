"""The region's tables in every form come to the same rows and cents, and a proposed mapping names their columns."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from pipeline.cli.supplier.judging import judge_bsn
from pipeline.demo import region
from pipeline.demo.exports import described
from pipeline.demo.files import RegionFile, mapping_path
from pipeline.demo.summary import RegionSummary
from pipeline.demo.table_forms import FORMS, write_tables
from pipeline.errors import LayoutError
from pipeline.intake import tables
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.proposal import Proposal, Sample, as_yaml, propose
from pipeline.intake.staging import StagedTable
from pipeline.intake.tables.form import TableForm
from tests.small_region import small_region

MAPPINGS = sorted(path.stem for path in mapping_path("insured").parent.glob("*.yaml"))
Made = tuple[Path, RegionSummary]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A small region, and the folder that holds it."""
    folder = tmp_path_factory.mktemp("region")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(region, "read_region", small_region)
        return folder, region.write_region(folder, insured=300)


def largest(made: Made, mapping: str) -> RegionFile:
    """The file with most rows of those that this mapping reads."""
    return max((file for file in made[1].files if file.mapping == mapping), key=lambda file: file.rows)


def rows(path: Path, mapping: Path, year: int) -> tuple[pl.DataFrame, int]:
    """The canonical rows of a file without their numbers, and what they add up to; none has a fault."""
    read = tables.read(SourceFile.at(path, workspace=path.parent), tables.load_mapping(mapping), year)
    blocks = [block for block in read if isinstance(block, StagedTable)]
    assert sum(block.findings.height for block in blocks) == 0
    whole = pl.concat([block.rows for block in blocks])
    return whole.drop("row_number"), sum(block.delivered_cents for block in blocks)


STAYS_BEHIND = {"insured": "general_practice_code"}
"""By mapping a column that its file has and the demonstration does not deliver; a proposal cannot know that."""


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_to_the_same_rows_and_cents(made: Made, form: str, tmp_path: Path) -> None:
    folder, _ = made
    files = [largest(made, mapping) for mapping in MAPPINGS]
    for file, other in zip(files, write_tables(folder, tmp_path, form, iter(files)), strict=True):
        expected, cents = rows(folder / file.path, mapping_path(file.mapping), file.year)
        found, total = rows(tmp_path / other.path, tmp_path / "mappings" / f"{file.mapping}.yaml", file.year)
        assert (found.rows(), total) == (expected.rows(), cents)
        assert (found.height, total) == (other.rows, other.cents)


@pytest.fixture(scope="module")
def proposals(made: Made) -> dict[str, Proposal]:
    """By mapping what is proposed for the file with most rows."""
    folder, _ = made
    judge = judge_bsn(allow_test_numbers=True)
    sources = {name: SourceFile.at(folder / largest(made, name).path, workspace=folder) for name in MAPPINGS}
    return {name: propose(Sample.of(source, TableForm(), judge)) for name, source in sources.items()}


def named_sources(mapping: str) -> dict[str, set[str]]:
    """By canonical column the columns of the source that the demonstration's own mapping names."""
    written = described(mapping)["columns"]
    loaded = tables.load_mapping(mapping_path(mapping)).mapping

    def of(name: str) -> set[str]:
        rule = written[name]
        if isinstance(rule, str):
            return {rule}
        parts = [part for value in rule.values() for part in (value if isinstance(value, list) else [value])]
        here = {part for part in parts if isinstance(part, str) and part in loaded.references()}
        there = [of(part) for part in parts if isinstance(part, str) and part in written]
        return here.union(*there)

    return {name: of(name) for name in written if of(name)}


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_proposal_finds_the_table_and_the_columns_that_the_own_mapping_names(
    proposals: dict[str, Proposal], mapping: str
) -> None:
    proposal, own = proposals[mapping], described(mapping)
    assert proposal.table.name == own["table"]
    assert proposal.person.rule == own["person"]
    found = {name: set(guess.sources) for name, guess in proposal.columns.items() if guess.sources}
    extra = {STAYS_BEHIND[mapping]} if mapping in STAYS_BEHIND else set()
    assert found.keys() - named_sources(mapping).keys() == extra
    assert found.items() >= named_sources(mapping).items()


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_proposal_translates_the_codes_that_it_sees_as_the_own_mapping_does(
    proposals: dict[str, Proposal], mapping: str
) -> None:
    own = {name: rule["codes"] for name, rule in described(mapping)["columns"].items() if "codes" in rule}
    guessed = {
        name: guess.rule["codes"]
        for name, guess in proposals[mapping].columns.items()
        if isinstance(guess.rule, dict) and "codes" in guess.rule
    }
    assert set(guessed) == set(own)
    for name, codes in guessed.items():
        assert codes.items() <= {str(code): value for code, value in own[name].items()}.items()


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_proposal_is_read_as_soon_as_nothing_in_it_is_to_be_decided(
    made: Made, proposals: dict[str, Proposal], mapping: str, tmp_path: Path
) -> None:
    proposal = proposals[mapping]
    path = tmp_path / "mapping.yaml"
    path.write_text(as_yaml(proposal), encoding="utf-8")
    if proposal.open:
        with pytest.raises(LayoutError, match=f"Still to be decided: {', '.join(proposal.open)}"):
            tables.load_mapping(path)
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        decided = described(mapping)["columns"]
        written["columns"] |= {name: decided[name] for name in proposal.open}
        path.write_text(yaml.safe_dump(written), encoding="utf-8")
    file = largest(made, mapping)
    expected = rows(made[0] / file.path, mapping_path(mapping), file.year)
    found = rows(made[0] / file.path, path, file.year)
    assert found[1] == expected[1]
    delivered = [name for name in expected[0].columns if name != STAYS_BEHIND.get(mapping)]
    assert found[0].select(delivered).equals(expected[0].select(delivered))


def test_only_the_law_of_the_claims_is_left_to_decide(proposals: dict[str, Proposal]) -> None:
    undecided = {mapping: proposal.open for mapping, proposal in proposals.items() if proposal.open}
    assert undecided == {"primary_care": ["financing_law_code"]}


def test_a_proposal_holds_no_value_of_a_person(made: Made, proposals: dict[str, Proposal]) -> None:
    """Not one BSN, name, birth date or postcode of the register is in it."""
    folder, _ = made
    register = pl.read_csv(folder / largest(made, "insured").path, separator=";", infer_schema=False)
    text = as_yaml(proposals["insured"])
    for column in ("burgerservicenummer", "geboortenaam", "geboortedatum", "postcode", "relatienummer"):
        assert not [value for value in register[column].drop_nulls().unique() if value in text], column
