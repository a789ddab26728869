"""The page of the command line, from the Typer app itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from docs.reference.markdown import code, document, first_sentence, table
from pipeline.cli.app import app

INTRODUCTION = """\
`ocmo --help` and `ocmo <group> --help` show the same in a terminal. Every command ends with exit code 0, or with
one message and a code of [its own](exit-codes.md). `--home` is a role's folder; left out, it is the role's folder
under `OCMO_HOME`, or under `var/` in the source tree ([settings](settings.md))."""

KINDS = {str: "text", int: "number", Path: "path"}


def page() -> str:
    """All commands, in the order of `ocmo --help`."""
    listed = list(commands())
    summary = table(
        ("command", "what it does"),
        ((f"[`{name}`](#{_anchor(name)})", first_sentence(command.help)) for name, command in listed),
    )
    return document("Commands", INTRODUCTION, summary, *(_section(*one) for one in listed))


def commands() -> Iterator[tuple[str, Any]]:
    """(full name, command) of every command, groups themselves left out."""
    yield from _below("ocmo", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    for part, child in getattr(command, "commands", {}).items():
        yield from _below(f"{name} {part}", child)
    if not hasattr(command, "commands"):
        yield name, command


def _section(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    needed = [f"{one.opts[0]} {_value(one)}" for one in options if one.required]
    usage = " ".join(
        [name, *needed, *("[OPTIONS]" for _ in options[len(needed) :][:1]), *map(_shown, arguments)]
    )
    return "\n\n".join(
        block
        for block in (
            f"## {name}",
            " ".join((command.help or "").split()),
            f"```text\n{usage}\n```",
            table(("argument", "what it is"), ((code(_shown(one)), one.help or "") for one in arguments)),
            table(("option", "value", "default", "what it is"), (_option(one) for one in options)),
            _examples(command.epilog or ""),
        )
        if block
    )


def _option(option: Any) -> tuple[str, ...]:
    if option.required:
        default = "must be given" + ("; may be repeated" if option.multiple else "")
    else:
        default = "" if option.default in (None, "", False) else code(option.default)
    return code(option.opts[0]), _value(option), default, option.help or ""


def _value(parameter: Any) -> str:
    """What to write after an option: its metavar, or its kind; nothing after a switch."""
    if getattr(parameter, "is_flag", False):
        return ""
    return str(parameter.metavar or KINDS.get(_plain_kind(parameter), "value").upper())


def _plain_kind(parameter: Any) -> Any:
    kind = parameter.type_descriptor.annotation
    parts = [part for part in getattr(kind, "__args__", ()) if part is not type(None)]
    return parts[0] if parts else kind


def _shown(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    several = "..." if argument.nargs == -1 else ""
    return f"{name}{several}" if argument.required else f"[{name}{several}]"


def _examples(epilog: str) -> str:
    lines = re.findall(r"^\s*\$ (.*)$", epilog, re.MULTILINE)
    return "```sh\n" + "\n".join(lines) + "\n```" if lines else ""


def _anchor(name: str) -> str:
    return name.replace(" ", "-")
