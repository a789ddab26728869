"""What the command line says of itself: an example for every command, and examples that can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.home import CHECKOUT


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """(full name, command) of every command below one, groups themselves left out."""
    if not hasattr(command, "commands"):
        yield name, command
    for part, child in getattr(command, "commands", {}).items():
        yield from commands(f"{name} {part}", child)


ALL = dict(commands("ocmo", typer.main.get_command(app)))


def examples(command: Any) -> list[str]:
    return re.findall(r"^\s*\$ (.*)$", command.epilog or "", re.MULTILINE)


@pytest.mark.parametrize("name", ALL)
def test_help_tells_what_it_does_and_gives_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split()[1:], "--help"])
    assert shown.exit_code == 0
    assert "Examples:" in shown.output
    assert (ALL[name].help or "").strip().endswith(".")
    assert f"$ {name}" in shown.output.replace("OCMO_HOME=~/small ", "")


@pytest.mark.parametrize("name", ALL)
def test_every_example_can_be_typed(name: str) -> None:
    for line in examples(ALL[name]):
        words = [word for word in shlex.split(line) if not re.match("[A-Z_]+=", word)]
        start = len(name.split())
        assert words[:start] == name.split()
        context = ALL[name].make_context(name, words[start:])
        assert context.params or not ALL[name].params, line


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is(name: str) -> None:
    for parameter in ALL[name].params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def test_help_answers_at_once() -> None:
    """Nothing heavy is imported before a command needs it."""
    heavy = "{'polars', 'duckdb', 'sqlalchemy', 'great_expectations', 'airflow', 'scipy'}"
    code = f"import sys, pipeline.cli.app; print(sorted({heavy} & set(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"


def named_commands() -> Iterator[tuple[str, list[str]]]:
    """(file, words) of every command that the code names between backquotes, up to its first option."""
    for path in sorted((CHECKOUT / "pipeline").rglob("*.py")):
        for words in re.findall(r"`(ocmo(?: [a-z]+)+)[ `]", path.read_text(encoding="utf-8")):
            yield path.name, words.split()


def test_every_command_that_a_message_or_a_module_names_exists() -> None:
    groups = {" ".join(name.split()[:length]) for name in ALL for length in (1, 2)}
    unknown = [
        (file, words)
        for file, words in named_commands()
        if " ".join(words) not in {*ALL, *groups} and " ".join(words[:2]) not in ALL
    ]
    assert unknown == []
