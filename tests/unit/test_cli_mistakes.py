"""A user's mistake ends in one message with what to do, and an exit code; never in a traceback."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pipeline.home import CHECKOUT, STATE_VARIABLE

CONTRACT = CHECKOUT / "contracts" / "maasoever.yaml"
INSURED = CHECKOUT / "pipeline" / "demo" / "mappings" / "insured.yaml"


@dataclass(frozen=True)
class Ended:
    code: int
    said: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what users give by mistake, and homes without anything in them."""
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    for home, settings, text in (
        ("ocmo", "ocmo.yaml", "{}"),
        ("misspelt", "ocmo.yaml", "inbocks: in"),
        ("supplier", "supplier.yaml", "{}"),
        ("planless", "supplier.yaml", "deliveries: 3"),
        ("half", "supplier.yaml", "deliveries: [{delivery_id: a}]"),
        ("ttp", "ttp.json", '{"inbox": "in"}'),
    ):
        (tmp_path / home).mkdir()
        (tmp_path / home / settings).write_text(text)
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-file").write_bytes(bytes(range(256)))
    (tmp_path / "broken.yaml").write_text("contract: [")
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


def run(line: str) -> Ended:
    """What a user who types this sees; an unknown exception is raised, as at the command line."""
    result = CliRunner().invoke(app, shlex.split(line))
    error = result.exception
    if not isinstance(error, Exception):
        return Ended(result.exit_code, result.output)
    told = failure(error)
    if told is None:
        raise error
    return Ended(told.exit_code, told.message)


MISTAKES = {
    # files
    "supplier check nowhere.asc": 10,
    "supplier check a-folder": 10,
    "supplier check loop": 10,
    "supplier check a-file": 13,
    f"supplier check nowhere --mapping {INSURED} --period 2025": 10,
    f"supplier check a-folder --mapping {INSURED} --period 2025": 10,
    f"supplier check broken.yaml --mapping {INSURED} --period 2025": 10,
    f"supplier check broken.yaml --mapping {INSURED} --period soon": 60,
    "supplier check a-file --mapping nowhere.yaml --period 2025": 15,
    "supplier check a-file --mapping a-folder --period 2025": 15,
    "contract check nowhere.yaml": 20,
    "contract check a-folder": 20,
    "contract check a-file": 20,
    "contract check broken.yaml": 20,
    f"contract show {CONTRACT} --year 1999": 22,
    f"contract show {CONTRACT} --year 0": 22,
    # homes
    "supplier seal --home nowhere": 60,
    "supplier seal --home supplier": 60,
    "supplier seal --home supplier --delivery a": 60,
    "supplier seal --home planless": 60,
    "supplier seal --home half": 60,
    "supplier seal --home supplier a-file": 60,
    "supplier seal --home supplier --delivery a a-file": 60,
    "supplier seal --home supplier --delivery a --period 2025 --delivered-on 2025-13-01 a-file": 60,
    "supplier seal --home supplier --delivery a --period 2025 --delivered-on 2025-12-01 a-file": 61,
    "ttp run": 61,
    "ttp run --home nowhere": 61,
    "ttp run --home ttp": 61,
    "night run --date 2026-07-15": 60,
    "night run --date 2026-07-15 --home nowhere": 60,
    "night run --date 2026-07-15 --home a-file": 60,
    "night run --date 2026-07-15 --home misspelt": 60,
    "deliveries list --home nowhere": 60,
    "lake sweep --home nowhere": 60,
    "reconcile --date 2026-07-15 --home nowhere": 60,
    "summary --date 2026-07-15 --home nowhere": 60,
    "settlement run --contract maasoever --year 2025 --date 2026-07-15 --home nowhere": 60,
    "demo airflow --role boss": 60,
    # dates, years, contracts
    "night run --date 2026-13-01 --home ocmo": 60,
    "night run --date yesterday --home ocmo": 60,
    "night run --date 2026-07-15 --home ocmo": 30,
    "reconcile --date 2026-07-32 --home ocmo": 60,
    "reconcile --date 2026-07-15 --home ocmo": 30,
    "summary --date x --home ocmo": 60,
    "settlement run --contract nobodys --year 2025 --date 2026-07-15 --home ocmo": 20,
    "settlement run --contract maasoever --year 2025 --date 2026-07-15 --home ocmo": 30,
    "settlement run --contract maasoever --year 1999 --date 2026-07-15 --home ocmo": 22,
    # keys and agreements
    "keys show nowhere": 62,
    "keys show a-file": 62,
    "keys create new --role boss --name x --identity x.json": 61,
    "keys create new --role ttp --name x --identity x.json --suite ROT13": 61,
    "keys create new --role ttp --name x --identity a-folder": 60,
    "keys create new --role ttp --name x --identity a-file/x.json": 60,
    "keys make-secret nowhere": 62,
    "keys share-secret nowhere --with nowhere.json --out secret": 60,
    "keys share-secret nowhere --with broken.yaml --out secret": 60,
    "keys receive-secret nowhere nowhere.secret --from nowhere.json": 60,
    "agreement make nowhere.yaml --identity x.json --out agreement.json": 20,
    f"agreement make {CONTRACT} --identity nowhere.json --out agreement.json": 60,
    # the command line itself
    "demo region a-file --insured 100": 60,
    "demo run --insured 5": 2,
    "night run": 2,
    "night walk": 2,
    "settlement run --contract maasoever --year next --date 2026-07-15": 2,
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_has_its_code_and_a_message(folder: Path, line: str) -> None:
    ended = run(line)
    assert ended.code == MISTAKES[line], ended.said
    assert ended.said
    assert "Traceback" not in ended.said


def test_keys_that_cannot_hand_out_their_public_half_are_not_made(folder: Path) -> None:
    run("keys create new --role ttp --name x --identity a-folder")
    assert not (folder / "new").exists()
    assert run("keys create new --role ttp --name x --identity ids/x.json").code == 0
    assert (folder / "ids" / "x.json").is_file()


@pytest.fixture
def suppliers(folder: Path) -> Path:
    """Two suppliers' rings, of which the first made the secret."""
    for name in ("one", "two"):
        assert run(f"keys create {name} --role supplier --name {name} --identity {name}.json").code == 0
    assert run("keys make-secret one").code == 0
    return folder


def test_a_secret_that_cannot_be_written_or_read(suppliers: Path) -> None:
    assert run("keys share-secret one --with two.json --out a-folder").code == 60
    assert run("keys receive-secret two nowhere.secret --from one.json").code == 60
    assert run("keys share-secret one --with two.json --out two.secret").code == 0
    assert run("keys receive-secret two two.secret --from one.json").code == 0


def test_a_contract_that_lacks_a_term_says_which_and_where(folder: Path) -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    (folder / "lacking.yaml").write_text(text.replace("  gain_rate:", "  gain_rat:"), encoding="utf-8")
    ended = run("contract check lacking.yaml")
    assert ended.code == 21
    assert "gain_rat" in ended.said
    assert "lacking.yaml" in ended.said


def test_a_file_that_went_away_after_it_was_sealed(folder: Path) -> None:
    """The receipt is there; whether the files are still the same cannot be seen."""
    from pipeline.cli.supplier.planning import PlannedDelivery, SourceSpec
    from pipeline.cli.supplier.receipts import digests
    from pipeline.errors import FileRefusedError
    from pipeline.periods import business_date

    day = business_date("2026-01-31")
    plan = PlannedDelivery("one-2025", "2025", day, (SourceSpec(folder / "gone.asc"),))
    with pytest.raises(FileRefusedError, match=r"A file of delivery one-2025 cannot be read .* in gone.asc"):
        digests(plan)
