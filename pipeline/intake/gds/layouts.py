"""The layouts of XML messages: one YAML file per standard, with all its editions.

Adding an edition is adding an entry in a file; a standard, or an edition of another structure, a file. Those that
come with the software stand in `layouts/gds/`; a supplier's own in the folder `gds` of its folder of layouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import LayoutError, OcmoError, UnknownStandardError
from pipeline.intake.columns.notation import Notation
from pipeline.intake.gds.conditions import Rule
from pipeline.intake.gds.layout import Field, Pick, Record, Total, XmlLayout
from pipeline.yaml_faults import yaml_fault

LAYOUTS = Path(__file__).parents[1] / "layouts"
SUBFOLDER = "gds"


@cache
def all_layouts(*folders: Path) -> tuple[XmlLayout, ...]:
    """Every XML layout that comes with the software, and those in further `folders`, by standard and version.

    Raises:
        LayoutError: when a file is no layout, or two layouts are of the same message.
    """
    files = [path for folder in (LAYOUTS, *folders) for path in sorted((folder / SUBFOLDER).glob("*.yaml"))]
    layouts = [layout for path in files for layout in _editions(path)]
    messages = [(layout.namespace, layout.version) for layout in layouts]
    for layout, message in zip(layouts, messages, strict=True):
        if messages.count(message) > 1:
            raise LayoutError(f"Two layouts read the same message as {layout.title}")
    return tuple(sorted(layouts, key=lambda layout: (layout.standard, layout.version)))


def load(standard: str, version: str, *folders: Path) -> XmlLayout:
    """The layout of one edition, for instance `load("GDS801", "1.0")`.

    Raises:
        UnknownStandardError: when there is none.
    """
    layouts = all_layouts(*folders)
    for layout in layouts:
        if (layout.standard, layout.version) == (standard, version):
            return layout
    raise UnknownStandardError(
        f"There is no layout of {standard} {version}",
        remedy=f"Known are: {', '.join(layout.title for layout in layouts)}.",
    )


def _editions(path: Path) -> list[XmlLayout]:
    try:
        raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return [_layout(raw, edition) for edition in raw["editions"]]
    except OcmoError as error:
        raise LayoutError(error.what, where=path.name, remedy=error.remedy) from error
    except (yaml.YAMLError, ValueError) as error:
        what, where = yaml_fault(error, path.name)
        raise LayoutError(f"This is no layout of an XML message: {what}", where=where) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise LayoutError(
            f"This is no layout of an XML message ({type(error).__name__}: {error})",
            where=path.name,
            remedy="Compare it with the layouts that come with the software.",
        ) from error


def _layout(raw: Mapping[str, Any], edition: Mapping[str, str]) -> XmlLayout:
    rules = [_rule(rule) for rule in raw["rules"]]
    return XmlLayout(
        standard=raw["standard"],
        version=edition["version"],
        source=edition["source"],
        message_code=raw["message_code"],
        root=raw["root"],
        namespace=raw["namespace"],
        other_namespaces=tuple(raw.get("other_namespaces", ())),
        notation=Notation(dates=raw["dates"], decimal=raw["decimal"]),
        records={name: _record(name, record) for name, record in raw["records"].items()},
        left_out=tuple(raw["left_out"]),
        picks={name: Pick(name=name, **pick) for name, pick in raw["picks"].items()},
        total=Total(**raw["total"]),
        canonical=raw["canonical"],
        rules=tuple(rule for rule in rules if not rule.editions or edition["version"] in rule.editions),
        answers=raw.get("answers", ""),
    )


def _record(name: str, raw: Mapping[str, Any]) -> Record:
    fields = [Field(**{**field, "elements": tuple(field["elements"])}) for field in raw["fields"]]
    return Record(
        name=name,
        elements=tuple(raw["elements"]),
        within=raw.get("within", ""),
        fields={field.name: field for field in fields},
        constants=raw.get("constants", {}),
        first_filled=raw.get("first_filled", {}),
    )


def _rule(raw: Mapping[str, Any]) -> Rule:
    lists = {key: tuple(raw[key]) for key in ("when", "when_any", "must", "editions") if key in raw}
    return Rule(**{**raw, **lists})
