"""`facts.yaml`: which columns of a table become which figures, and what the results are held against."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import ContractError
from pipeline.settlement.figures import UNITS
from pipeline.settlement.replay.columns import STRICT, ByYear, Column, Exact, Ratio

FILE = "facts.yaml"


class TermsOfRow(BaseModel):
    """Which reference contract settles a row: the same for all, or by the code in a column."""

    model_config = STRICT

    column: str = ""
    terms: dict[str, str] = {}
    always: str = ""


class RateCompared(BaseModel):
    """A rule's rate, where it comes from the contract's own brackets, against the one that was published."""

    model_config = STRICT

    rule: str
    column: str
    within: ByYear


class Compared(BaseModel):
    """What a result is held against.

    `printed` are figures that the table rounds, with their decimals from a year on.
    """

    model_config = STRICT

    result: str
    column: str
    times: Exact = Decimal(1)
    within: Exact
    printed: dict[str, ByYear] = {}
    rates: tuple[RateCompared, ...] = ()


class Exceptional(BaseModel):
    """Rows whose figures come otherwise, by the values of some columns and what others show, and why."""

    model_config = STRICT

    when: dict[str, str]
    ratio: Ratio | None = None
    figures: dict[str, Column]
    because: str


class KnownDifference(BaseModel):
    """Rows that cannot agree, by the values of some columns, and why; each only as far as it explains.

    Their settlement itself must say, in a `note`, what it had to go without. What is left out may have made a loss
    smaller (`allows: smaller_loss`): what was published lies between our loss and nothing. Any other difference is
    not explained.
    """

    model_config = STRICT

    when: dict[str, str]
    note: str
    allows: Literal["smaller_loss"]
    because: str


class Fitted(BaseModel):
    """An index that nobody published and that is estimated from half of the rows, one set for each `by`.

    `offsets` are the years before the settlement year for which it is unknown. Rows are `only` those whose columns have
    these values, in groups of at least `fewest_rows`. `wrong` are contracts that must fail the same test, by name.
    """

    model_config = STRICT

    figure: str
    strata: tuple[str, ...] = ("",)
    offsets: tuple[int, ...]
    by: tuple[str, ...]
    only: dict[str, str] = {}
    fewest_rows: int
    least_agreement: Exact
    wrong: dict[str, str] = {}


class FactsMap(BaseModel):
    """How a table of facts becomes figures.

    The year of a row stands in the column `year`, as a number or as what `year_pattern` puts between brackets.
    """

    model_config = STRICT

    about: str
    source: str
    names: tuple[str, ...]
    year: str
    year_pattern: str = ""
    contract: TermsOfRow
    empty: tuple[str, ...] = ("",)
    figures: dict[str, Column]
    offsets: dict[int, dict[str, Column]] = {}
    unpublished: dict[str, str] = {}
    indicators: dict[str, Column] = {}
    compare: Compared
    exceptional: tuple[Exceptional, ...] = ()
    known: tuple[KnownDifference, ...] = ()
    fit: Fitted | None = None


def in_force(by_year: dict[int, Decimal], year: int) -> Decimal | None:
    """The value from the latest year up to `year` on; None before the first."""
    since = max((first for first in by_year if first <= year), default=None)
    return None if since is None else by_year[since]


def load_map(folder: Path) -> FactsMap:
    """The map of a folder of reference contracts.

    Raises:
        ContractError: when there is none, or it is not what this module describes.
    """
    path = folder / FILE
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        mapped = FactsMap.model_validate(raw)
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(
            f"There is no {FILE} beside the reference contracts",
            where=str(folder),
            remedy="It says which columns become which figures; contracts/reference/mssp has an example.",
        ) from error
    except yaml.YAMLError as error:
        raise ContractError("The map of facts is no valid YAML", where=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ContractError(
            f"The map of facts cannot be used: {first['msg'].lower()}",
            where=f"{path}, key '{key}'",
            remedy="contracts/reference/mssp has an example.",
        ) from None
    _require_known_figures(mapped, path)
    return mapped


def _require_known_figures(mapped: FactsMap, path: Path) -> None:
    """A misspelt figure would be missed later, row by row; say it once."""
    named = [
        *mapped.figures,
        *mapped.unpublished,
        *(name for some in mapped.offsets.values() for name in some),
    ]
    for name in named:
        if name.partition(":")[0] not in UNITS:
            raise ContractError(
                f"There is no figure '{name}'", where=str(path), remedy=f"Known: {', '.join(UNITS)}."
            )
