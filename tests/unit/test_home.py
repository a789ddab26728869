"""A role's home: its settings over the defaults, with paths from the home."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.home import CHECKOUT, STATE_VARIABLE, OcmoHome, read_settings, state_folder


def home(root: Path, settings: str = "") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "ocmo.yaml").write_text(settings)
    return root


def test_defaults(tmp_path: Path) -> None:
    opened = OcmoHome.open(home(tmp_path / "ocmo"))
    assert opened.inbox == tmp_path / "drop" / "ocmo"
    assert opened.contracts == CHECKOUT / "contracts"
    assert opened.database_url == f"sqlite:///{tmp_path / 'ocmo' / 'register.sqlite'}"
    assert (opened.memory_limit, opened.threads) == ("2GB", 2)
    places = [opened.keys, opened.lake, opened.agreements, opened.reports, opened.spill]
    assert [place.name for place in places] == ["keys", "lake", "agreements", "reports", "spill"]
    assert {place.parent for place in places} == {opened.root}
    assert list(tmp_path.rglob("*")) == [tmp_path / "ocmo", tmp_path / "ocmo" / "ocmo.yaml"], (
        "nothing is made"
    )


def test_settings_lie_over_the_defaults_and_paths_are_from_the_home(tmp_path: Path) -> None:
    text = "inbox: in\ncontracts: ../contracts\ndatabase_url: postgresql://host/ocmo\nthreads: 8\n"
    opened = OcmoHome.open(home(tmp_path / "ocmo", text))
    assert (opened.inbox, opened.contracts) == (tmp_path / "ocmo" / "in", tmp_path / "contracts")
    assert (opened.database_url, opened.threads, opened.memory_limit) == ("postgresql://host/ocmo", 8, "2GB")


def test_without_a_folder_the_home_is_that_of_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(tmp_path / "ocmo")
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    assert state_folder() == tmp_path
    assert OcmoHome.open().root == tmp_path / "ocmo"
    monkeypatch.delenv(STATE_VARIABLE)
    assert state_folder() == (CHECKOUT / "var").resolve()


def test_a_relative_home_gives_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home(tmp_path / "ocmo")
    monkeypatch.chdir(tmp_path)
    opened = OcmoHome.open(Path("ocmo"))
    assert opened.root == tmp_path / "ocmo"
    assert opened.inbox.is_absolute()


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no settings file ocmo.yaml") as refused:
        OcmoHome.open(tmp_path / "nowhere")
    assert refused.value.where == str(tmp_path / "nowhere")
    assert refused.value.remedy


def test_a_setting_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'inbocks' is no setting .*Known: a, inbox") as refused:
        read_settings(home(tmp_path, "inbocks: in") / "ocmo.yaml", {"inbox": "", "a": ""})
    assert refused.value.where == str(tmp_path / "ocmo.yaml")


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("inbox: [", "no valid YAML: expected the node content", 1),
        ("inbox: in\n  threads: 2", "no valid YAML: mapping values are not allowed here", 2),
        ("inbox: *secret", "no valid YAML: found undefined alias \\.\\.\\.", 1),
        ("inbox: 2025-13-01", "no valid YAML: a number, a date", None),
        ("inbox", "The settings have no names", None),
        ("- inbox", "The settings have no names", None),
    ],
)
def test_settings_that_cannot_be_read_say_on_which_line(
    tmp_path: Path, text: str, said: str, line: int | None
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        OcmoHome.open(home(tmp_path, text))
    place = str(tmp_path / "ocmo.yaml")
    assert refused.value.where == (place if line is None else f"{place}, line {line}")
    assert refused.value.remedy
    assert "secret" not in str(refused.value)


def test_contracts_in_the_order_of_their_names(tmp_path: Path) -> None:
    root = home(tmp_path / "ocmo", "contracts: .")
    for name in ("b.yaml", "a.yaml", "notes.txt"):
        (root / name).write_text("")
    assert [path.name for path in OcmoHome.open(root).contract_files()] == ["a.yaml", "b.yaml", "ocmo.yaml"]
