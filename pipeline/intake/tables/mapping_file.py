"""A supplier's mapping file: which canonical table its table becomes, and how.

A mapping is YAML: `table` (canonical table), `source` (whose columns these are), `format` (how the files are
written, see `form`; may be left out), `person` (the column of the BSN, or `none`), and `columns`, one rule per
canonical column (see `mapping`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.canonical import canonical_table
from pipeline.errors import LayoutError, OcmoError
from pipeline.intake.columns.mapping import TableMapping
from pipeline.intake.tables.form import TableForm
from pipeline.yaml_faults import yaml_fault

KEYS = ("table", "source", "format", "person", "columns")
DECIDE = "decide"
"""What stands in a proposed mapping where a person has to decide."""

_SWAPPED = "Give the mapping's YAML file, not the file that it reads."


@dataclass(frozen=True)
class MappingFile:
    """The rules, and the form of the files. `digest` names the mapping's contents."""

    mapping: TableMapping
    form: TableForm
    digest: str


def load_mapping(path: Path, *folders: Path) -> MappingFile:
    """The mapping file at this path; `folders` may hold the code lists that it names.

    Raises:
        LayoutError: when it is no mapping, with the file and the key that is wrong.
    """
    try:
        content = path.read_bytes()
        raw = yaml.safe_load(content)
    except OSError as error:
        raise LayoutError(f"The mapping cannot be read ({error.strerror})", where=path.name) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what, where = yaml_fault(error, path.name)
        raise LayoutError(f"This is no mapping: {what}", where=where, remedy=_SWAPPED) from None
    if not isinstance(raw, dict):
        raise LayoutError("This is no mapping: it has no keys", where=path.name, remedy=_SWAPPED)
    try:
        return _parse(raw, hashlib.sha256(content).hexdigest(), folders)
    except OcmoError as error:
        raise LayoutError(error.what, where=path.name, remedy=error.remedy) from error
    except (TypeError, KeyError, AttributeError) as error:
        raise LayoutError(f"This is no mapping ({type(error).__name__}: {error})", where=path.name) from error


def _parse(raw: Mapping[str, Any], digest: str, folders: tuple[Path, ...]) -> MappingFile:
    unknown = sorted(str(key) for key in set(raw) - set(KEYS))
    missing = [key for key in KEYS if key not in raw and key != "format"]
    if unknown or missing:
        # What is unknown is not repeated when nothing is known: then it may be a line of somebody's data.
        named = [*missing, *(unknown if len(missing) < len(KEYS) - 1 else ())]
        raise LayoutError(
            f"Missing or unknown: {', '.join(named)}", remedy=f"The keys are {', '.join(KEYS)}."
        )
    undecided = sorted(_undecided(raw))
    if undecided:
        raise LayoutError(
            f"Still to be decided: {', '.join(undecided)}",
            remedy=f"The mapping is a proposal: replace each `{DECIDE}` in it.",
        )
    return MappingFile(
        mapping=TableMapping.parse(canonical_table(raw["table"]), raw["person"], raw["columns"], *folders),
        form=TableForm.parse(raw.get("format") or {}),
        digest=digest,
    )


def _undecided(raw: Mapping[str, Any]) -> Iterator[str]:
    """The keys and columns that hold the mark of a proposal."""
    entries = {**raw, **{f"format.{key}": value for key, value in (raw.get("format") or {}).items()}}
    entries |= raw["columns"] if isinstance(raw["columns"], dict) else {}
    for name, rule in entries.items():
        codes = rule.get("codes") if isinstance(rule, dict) else None
        marks = [rule] if isinstance(rule, str) else list(rule) if isinstance(rule, dict) else []
        if name not in KEYS[2:] and DECIDE in [*marks, *(codes.values() if isinstance(codes, dict) else ())]:
            yield str(name)
    if isinstance(raw["person"], dict):
        yield "person"
