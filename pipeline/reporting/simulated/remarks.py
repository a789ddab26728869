"""What a reader must know of a simulation's figures: what was assumed, left out or taken for nothing."""

from __future__ import annotations

from fractions import Fraction

from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts
from pipeline.simulation import Simulation


def remarks(simulation: Simulation, language: str) -> list[str]:
    """One sentence or two each, for the page and the terminal alike."""
    notation, words, agreed = Notation(language), texts(language, "simulation"), simulation.as_agreed
    assumed = words["assumed"].format(
        quality=notation.percent(simulation.assumed.quality),
        based_on=simulation.based_on,
        persons=notation.number(agreed.persons),
        seed=simulation.seed,
    )
    made = [assumed, str(words["null_explained"])]
    unit = simulation.contract.for_year(simulation.year).unit_counted_in
    if unit is not None and unit.value == "patient_year":
        made.append(words["patients_only"])
    made += [str(notation.words["notes"][note]) for note in simulation.notes]
    if simulation.taken_for_nothing:
        named = ", ".join(words["figures"][name] for name in simulation.taken_for_nothing)
        made.append(words["taken_for_nothing"].format(figures=named))
    if agreed.asked:
        text = words["asked_more" if agreed.asked > 0 else "asked_less"]
        made.append(text.format(share=notation.percent(Fraction(abs(agreed.asked)), 1)))
    if agreed.quality_payment:
        made.append(words["quality_payment"].format(mean=notation.euros(agreed.quality_payment)))
    if _mean_lies_outside(simulation):
        made.append(words["mean_outside"])
    return made


def _mean_lies_outside(simulation: Simulation) -> bool:
    """Whether some mean is not among nine of ten years, which a reader would hold to be impossible."""
    tried = (*simulation.by_size, *simulation.by_threshold, *simulation.by_ceiling, *simulation.by_path)
    ranges = [simulation.as_agreed.payable, *(item.chance.payable for item in tried)]
    return any(not each.low <= each.mean <= each.high for each in ranges)
