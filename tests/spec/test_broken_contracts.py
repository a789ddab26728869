"""A contract that cannot be used is mended from the message alone: `tests/cases/broken_contracts.yaml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.contract.load import faults, load, parse
from pipeline.errors import ContractError

CHECKOUT = Path(__file__).resolve().parents[2]
CASES: list[dict[str, Any]] = yaml.safe_load(
    (CHECKOUT / "tests" / "cases" / "broken_contracts.yaml").read_text(encoding="utf-8")
)


def good_text(case: dict[str, Any]) -> str:
    return (CHECKOUT / "contracts" / f"{case['of']}.yaml").read_text(encoding="utf-8")


def broken_text(case: dict[str, Any]) -> str:
    text = good_text(case)
    assert case["right"] in text, "the good contract changed: mend this case"
    return text.replace(case["right"], case["wrong"], 1)


def line_of(text: str, piece: str) -> int:
    """The line on which a piece of text begins; breaks before it do not count."""
    assert piece in text, "the good contract changed: mend this case"
    before = text.index(piece) + len(piece) - len(piece.lstrip("\n"))
    return text[:before].count("\n") + 1


def named(case: dict[str, Any]) -> str:
    return str(case["name"])


def told(text: str) -> ContractError:
    with pytest.raises(ContractError) as caught:
        parse(text, source="contract.yaml")
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_message_says_what_is_wrong_where_and_what_to_do(case: dict[str, Any]) -> None:
    text = broken_text(case)
    error = told(text)
    at = case.get("at", case["wrong"])
    assert error.where.startswith(f"contract.yaml, line {line_of(text, at)}"), str(error)
    assert (f", key '{case['key']}'" in error.where) == bool(case["key"]), str(error)
    assert [piece for piece in case["says"] if piece not in str(error)] == [], str(error)
    assert error.remedy
    assert "datetime" not in str(error)


@pytest.mark.parametrize("case", [case for case in CASES if "mend" in case], ids=named)
def test_following_the_message_makes_the_contract_good_again(case: dict[str, Any]) -> None:
    text, error = broken_text(case), str(told(broken_text(case)))
    wrong, right = case["mend"]
    line = re.search(r", line (\d+)", error)
    assert line is not None
    assert right in error
    lines = text.splitlines(keepends=True)
    assert wrong in lines[int(line[1]) - 1]
    lines[int(line[1]) - 1] = lines[int(line[1]) - 1].replace(wrong, right, 1)
    parse("".join(lines), source="contract.yaml")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_example_in_a_message_is_yaml_with_the_right_key(case: dict[str, Any]) -> None:
    for shown in re.findall(r"for instance `(.+?)`[,.]", str(told(broken_text(case)))):
        example = yaml.safe_load(shown.replace(", ...}", "}"))
        assert example is not None


@pytest.mark.parametrize("case", [case for case in CASES if case.get("alone")], ids=named)
def test_one_slip_gives_one_message(case: dict[str, Any]) -> None:
    assert len(faults(broken_text(case), source="contract.yaml")) == 1


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_bytes("contract:\n  name: Één\n".encode("cp1252"))
    with pytest.raises(ContractError) as caught:
        load(path)
    assert caught.value.where == "contract.yaml, line 2"
    assert "Save it as UTF-8" in caught.value.remedy


@pytest.mark.parametrize("text", ["a: {b", "a: [1", "@a: 1", "a: b: c", "a: '1\n", "a:\n\tb: 1", "a: \x00"])
def test_the_parsers_own_words_come_last(text: str) -> None:
    error = told(text)
    assert re.fullmatch(r"[A-Z].*\.( \(The program's own words: .+\))?", error.remedy), error.remedy
    assert not re.search("token|block|flow|scalar|mapping|stream", error.what)


def test_all_that_is_wrong_is_told_at_once() -> None:
    case = CASES[0]
    text = broken_text(case).replace("2025-01-01: first_euro", "2025-01-01: first_cent", 1)
    assert [error.where.split("key ")[1] for error in faults(text, source="contract.yaml")] == [
        "'sharing.gain_rat', clause 7.3",
        "'sharing.starts_at.values.2025-01-01', clause 7.2",
    ]
    assert "(1 more to mend after this one.)" in str(told(text))


def test_there_are_thirty_broken_contracts_with_names_of_their_own() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 30
    assert sum("mend" in case for case in CASES) >= 15
