"""Every standard on volume: written of the region's care, read by intake, equal in rows and to the cent."""

from __future__ import annotations

import pytest

from pipeline.demo.claims.standards import STANDARDS, find
from pipeline.demo.messages import write_standard
from pipeline.errors import SettingsError
from pipeline.intake.answered import ALONE
from pipeline.intake.check import FileToCheck, check_delivery
from pipeline.intake.files.workspace import Workspace
from tests.intake_messages import judge_all_but_other

INSURED, SEED, MOST_FILES = 600, 5, 4
AWARDED_AT = {"AP305 7.2": 328, "MZ302 1.3": 320, "PM305 3.2": 320}
"""Where the awarded amount begins in a record 04: eight positions, then its sign. Read off the specifications."""
WITHOUT_CLAIMS = ("GDS802 2.0",)
"""An answer that does not repeat what it answers is nothing by itself: see test_demo_gds."""
ANSWERS = [("AP304 7.2", "AP305 7.2"), ("MZ301 1.3", "MZ302 1.3"), ("PM304 3.2", "PM305 3.2")]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What writes the messages of a standard, once, and gives the region's account of each with its path.

    Those of the first insurer, and of the first providers where each has its own.
    """
    made = {}

    def files_of(title):
        if title not in made:
            out = tmp_path_factory.mktemp(title.replace(" ", "-"))
            files = list(write_standard(out, STANDARDS[title], insured=INSURED, seed=SEED))
            own = [file for file in files if file.supplier == files[0].supplier]
            made[title] = [(file, out / file.supplier / file.path) for file in own[:MOST_FILES]]
        return made[title]

    return files_of


@pytest.fixture(scope="module")
def read(written):
    """What reads the messages of some standards as one delivery, once."""
    made = {}

    def checked(*titles):
        if titles not in made:
            files = [FileToCheck(path) for title in titles for _, path in written(title)]
            made[titles] = check_delivery(
                files, judge_bsn=judge_all_but_other, workspace=Workspace.temporary()
            )
        return made[titles]

    return checked


@pytest.mark.parametrize("title", [title for title in STANDARDS if title not in WITHOUT_CLAIMS])
def test_what_is_written_is_read_in_rows_and_cents(written, read, title):
    files, delivery = written(title), read(title)
    assert {f"{file.standard} {file.version}" for file in delivery.files} == {title}
    accounts = [file.accounts["claim_line"] for file in delivery.files]
    assert [account.rows_accepted for account in accounts] == [file.rows for file, _ in files]
    assert [account.cents_accepted for account in accounts] == [file.cents for file, _ in files]
    assert [file.trailer_cents for file in delivery.files] == [file.cents for file, _ in files]
    assert sum(account.rows_rejected for account in accounts) == 0


def awarded_in(path, begin):
    """The awarded cents of a message, cut from its lines."""
    cents = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("04"):
            size, sign = int(line[begin - 1 : begin + 7]), line[begin + 7]
            cents += -size if sign == "C" else size
    return cents


@pytest.mark.parametrize("title", AWARDED_AT)
def test_what_an_insurer_awards_is_read_to_the_cent(written, read, title):
    lines = read(title).tables["claim_line"].collect()
    awarded = lines["awarded_cents"].sum()
    assert awarded == sum(awarded_in(path, AWARDED_AT[title]) for _, path in written(title))
    assert awarded < lines["declared_cents"].sum(), "some lines are refused or lowered"
    refused = lines.filter((lines["awarded_cents"] == 0) & (lines["declared_cents"] != 0))
    assert set(refused["return_code"]) <= {"0320", "0587", "0613"}


@pytest.mark.parametrize(("declaration", "answer"), ANSWERS)
def test_a_declaration_with_its_answer_counts_once_with_what_was_awarded(written, read, declaration, answer):
    files = [*written(declaration), *written(answer)]
    delivery = read(declaration, answer)
    both = ["line_ref", "declared_cents", "awarded_cents", "return_code"]
    lines = delivery.tables["claim_line"].select(both).sort("line_ref").collect()
    assert lines.equals(read(answer).tables["claim_line"].select(both).sort("line_ref").collect())
    accounts = [file.accounts["claim_line"] for file in delivery.files]
    for account, (file, _) in zip(accounts, files, strict=True):
        assert (account.rows_delivered, account.cents_delivered) == (file.rows, file.cents)
        assert (account.rows_rejected, account.cents_rejected) == (0, 0)
    returned = list(zip(accounts, files, strict=True))[len(written(declaration)) :]
    assert all(account.rows_merged == file.rows for account, (file, _) in returned)
    assert all(account.cents_merged == file.cents for account, (file, _) in returned)


@pytest.mark.parametrize(("declaration", "answer"), ANSWERS)
def test_answers_alone_say_that_they_are_taken_as_claims(read, declaration, answer):
    assert all(ALONE in file.notes for file in read(answer).files)
    assert not any(ALONE in file.notes for file in read(declaration, answer).files)
    lines = read(declaration, answer).tables["claim_line"].collect()
    decided = [file.decided for file in read(declaration, answer).files if file.decided]
    assert sum(one.lines for one in decided) == lines.height
    assert sum(one.awarded_cents for one in decided) == lines["awarded_cents"].sum()


def test_the_same_insured_and_seed_give_the_same_bytes(written, tmp_path):
    again = list(write_standard(tmp_path, STANDARDS["AW319 1.4"], insured=INSURED, seed=SEED))
    assert [file.sha256 for file in again[:MOST_FILES]] == [file.sha256 for file, _ in written("AW319 1.4")]


def test_a_standard_is_named_with_or_without_its_version():
    assert [find(name)[0] for name in ("mz302", "AP304", "AP304 7.2")] == [
        "MZ302 1.3",
        "AP304 8.0",
        "AP304 7.2",
    ]
    with pytest.raises(SettingsError, match=r"Choose one of .*PM305 3\.2"):
        find("XX999")
