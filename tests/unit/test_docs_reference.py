"""The reference pages are what the code says, and the other pages name no command that does not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.reference.commands import commands
from docs.reference.generate import PAGES, main, stale, write

CHECKOUT = Path(__file__).resolve().parents[2]
REFERENCE = CHECKOUT / "docs" / "reference"
WRITTEN_BY_HAND = sorted(
    {*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")} - {REFERENCE / name for name in PAGES}
)


def test_no_page_is_stale() -> None:
    assert stale() == [], "run `make docs`"


def test_a_page_that_differs_is_stale_and_is_written_again(tmp_path: Path) -> None:
    assert write(tmp_path) == list(PAGES)
    assert stale(tmp_path) == []
    (tmp_path / "checks.md").write_text("edited by hand", encoding="utf-8")
    assert stale(tmp_path) == ["checks.md"]
    assert write(tmp_path) == ["checks.md"]
    assert write(tmp_path) == []


def test_an_unknown_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"]) == 2
    assert "Usage" in capsys.readouterr().err


def test_every_command_is_documented_with_every_option() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    for name, command in commands():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            assert parameter.opts[0] in section or parameter.param_type_name == "argument", name


def shown_commands(text: str) -> Iterator[list[str]]:
    """The words of every `ocmo ...` line in the shell blocks of a page, continued lines joined."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "ocmo":
                yield words


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_shows_only_commands_that_exist(page: Path) -> None:
    known: dict[str, Any] = dict(commands())
    for words in shown_commands(page.read_text(encoding="utf-8")):
        name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        assert name, f"{' '.join(words)}: no such command"
        options = {word for word in words if word.startswith("--")}
        accepted = {option for parameter in known[name].params for option in parameter.opts}
        assert options <= accepted, f"{name} has no {sorted(options - accepted)}"
        required = {
            one.opts[0] for one in known[name].params if one.required and one.opts[0].startswith("--")
        }
        assert required <= options, f"{name} also needs {sorted(required - options)}"
