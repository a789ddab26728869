"""How records show what a contract is about: a condition that a person has, an episode of care that begins.

Only what a party can look up in delivered records may stand here (requirement DC 3): codes of diagnoses,
drugs, performances and kinds of care, never a judgement.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pipeline.contract.parameter import STRICT, Text, between
from pipeline.contract.values import Code

CodeText = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
"""A code of another's list, between quotes, as that list writes it; a group of codes by what they begin with."""


class Evidence(BaseModel):
    """Records that show a condition or an episode: codes in one column of the claim lines, and how many are needed.

    Groups are written by their first signs: R03 is every drug whose ATC code begins with R03.
    """

    model_config = STRICT

    column: Literal[
        "atc_code",
        "care_product_code",
        "care_type_code",
        "diagnosis_code",
        "icd10_code",
        "performance_code",
    ]
    begins_with: Annotated[tuple[CodeText, ...], Field(min_length=1)]
    specialism: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    minimum_daily_doses: Annotated[int, between("1")] | None = None
    minimum_lines: Annotated[int, between("1")] = 1


class Condition(BaseModel):
    """A condition that a person has from the first year in which any of the evidence is there.

    `looks_back_years` says over how many years before the year itself the evidence is looked for.
    """

    model_config = STRICT

    id: Code
    name: Text
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    looks_back_years: Annotated[int, between("0", "10")] = 0
    minimum_age: Annotated[int, between("0", "120")] | None = None


class Episode(BaseModel):
    """An episode of care: what shows it, and from how many days before to how many days after it care belongs to it.

    It belongs to the year in which it is shown, whole.
    """

    model_config = STRICT

    id: Code
    name: Text
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    days_before: Annotated[int, between("0", "366")]
    days_after: Annotated[int, between("0", "366")]
