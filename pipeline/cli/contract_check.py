"""What `ocmo contract check` finds in a file, and how it says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.contract import Contract
    from pipeline.errors import ContractError
    from pipeline.home import OcmoHome

PLACE = re.compile(
    r"^(?P<file>.*?)(?:, line (?P<line>\d+))?(?:, key '(?P<key>.*?)')?(?:, clause (?P<clause>.*))?$"
)
"""How a message says where: file, line, key, clause."""


@dataclass
class Checked:
    """One file: its contract when it can be used, and what is wrong with it when not; `remarks` may be meant so."""

    path: Path
    contract: Contract | None
    faults: list[ContractError]
    remarks: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        """One line for a sound contract, with what the nightly steps cannot compute of it; else a line per fault."""
        if self.contract is None or self.faults:
            return "\n".join(f"{self.path}: {fault}" for fault in self.faults)
        contract, later = self.contract, self.later()
        said = (
            f"{self.path}: contract {contract.id}, version {contract.contract.version}, is complete and consistent, for"
            f" {contract.years[0]} to {contract.years[-1]}. Digest {contract.digest[:12]}."
        )
        if later:
            said += f"\n  The nightly steps make no figures yet of: {'; '.join(later)}."
        return "\n  ".join((said, *self.remarks))

    def later(self) -> list[str]:
        """What the contract agrees and the nightly steps make no figures of."""
        from pipeline.contract.computed import uncomputed, unmeasured

        years = self.contract.years if self.contract else ()
        terms = [self.contract.for_year(year) for year in years if self.contract]
        return list(dict.fromkeys(item for each in terms for item in (*uncomputed(each), *unmeasured(each))))

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        contract = self.contract
        return {
            "file": str(self.path),
            "usable": contract is not None and not self.faults,
            "contract": contract.id if contract else None,
            "version": contract.contract.version if contract else None,
            "years": list(contract.years) if contract else [],
            "digest": contract.digest if contract else None,
            "no_figures_yet": self.later(),
            "remarks": self.remarks,
            "faults": [
                {
                    **(found.groupdict() if (found := PLACE.match(fault.where)) else {}),
                    "what": fault.what,
                    "cure": fault.remedy,
                    "exit_code": fault.exit_code,
                }
                for fault in self.faults
            ],
        }


def check(path: Path) -> Checked:
    """Look at one file: the language, contradictions, and whether its rules can be applied in the order it asks."""
    from pipeline.contract.load import faults, parse, read
    from pipeline.errors import ContractError
    from pipeline.settlement import plan

    try:
        text = read(path)
        found = faults(text, source=path.name)
        if found:
            return Checked(path, None, found)
        contract = parse(text, source=path.name)
        for year in contract.years:
            plan(contract, year)
    except ContractError as error:
        return Checked(path, None, [_placed(error, path)])
    return Checked(path, contract, [])


def _placed(error: ContractError, path: Path) -> ContractError:
    """An error about a key, with the file and line of that key; any other as it is."""
    from pipeline.contract.load import read
    from pipeline.contract.place import Place

    found = re.search(r"key '([\w.]+)'", error.where)
    if found and ", line " not in error.where:
        error.where = Place(read(path), path.name).of(found[1].split("."))
    return error


def check_together(checked: Sequence[Checked], home: Path | None) -> None:
    """See that the versions of each contract fit, and, with a home, that those that stand are unchanged.

    What is wrong is added to the file at fault.
    """
    from pipeline.contract.versions import together
    from pipeline.errors import ContractError
    from pipeline.home import OcmoHome

    ocmo = OcmoHome.open(home) if home else None
    sound = [(one, one.contract) for one in checked if one.contract is not None]
    for one, contract in sound:
        same = [other for _, other in sound if other.id == contract.id]
        try:
            if ocmo is not None:
                _require_unchanged(ocmo, contract)
            if len(same) == 1:
                one.remarks += _counts_later(contract)
            if len(same) > 1 and contract is same[-1]:
                versions = together(same).all
                for made, version in sound:
                    number = version.contract.version
                    if version.id == contract.id and number > 1:
                        made.remarks += _held_back(versions[number - 2], version)
        except ContractError as error:
            one.faults.append(error)


def _require_unchanged(home: OcmoHome, contract: Contract) -> None:
    """See that a version that stands in a home's register is unchanged; only this needs the database's packages."""
    from pipeline.contract.standing import require_unchanged

    require_unchanged(home, contract)


def amended_later(before: Contract, after: Contract) -> list[str]:
    """What to say beside the differences of a version and its amendment: that terms count later than it says."""
    amends = before.id == after.id and before.contract.version < after.contract.version
    return _held_back(before, after) if amends else []


def _held_back(before: Contract, amendment: Contract) -> list[str]:
    """That terms which are settled by whole years begin later than the amendment says: those that it changes."""
    from pipeline.contract.diff import held_back

    keys = list(dict.fromkeys(one.key for one in held_back(before, amendment)))
    return [_later(amendment, ", ".join(keys))] if keys else []


def _counts_later(amendment: Contract) -> list[str]:
    """The same of an amendment whose version before it was not given: of whatever it changes."""
    from pipeline.contract.versions import holds_from, settled_from

    day = holds_from(amendment)
    return [] if settled_from(day) == day else [_later(amendment, "terms that are settled by whole years")]


def _later(amendment: Contract, terms: str) -> str:
    from pipeline.contract.versions import holds_from, settled_from

    day = holds_from(amendment)
    return (
        f"It amends from {day}, within a year that is settled as a whole: {terms} count from {settled_from(day)} on,"
        f" and {day.year} is settled as it was. Write `supersedes_from: {day.year}-01-01` if {day.year} was meant."
    )
