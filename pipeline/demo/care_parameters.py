"""Parameters of care: how much, at what price, how soon it is invoiced; conditions; how operations end."""

from __future__ import annotations

from pipeline.demo.parameter_types import ByAge, Part, Share


class Care(Part):
    """How much care is used, at what price, when it is invoiced, and how much is claimed wrongly at first."""

    price_growth: float
    personal_shape: float
    after_wlz_hospital_share: Share
    credited_share: Share
    credited_next_year_share: Share
    redeclared_share: Share
    redeclared_price_factor: float
    invoice_lags: dict[str, tuple[int, int, int, int]]
    chain_care_cents: dict[str, int]
    home_care_hours: float
    dispensing_fee_cents: int
    dispensed_days: int
    dose_spread: Share
    age_profiles: dict[str, dict[str, ByAge]]

    @property
    def kept_share(self) -> float:
        """What is left on average of an amount first declared, after credits and new declarations."""
        again = self.redeclared_share * self.redeclared_price_factor
        return 1 - self.credited_share + self.credited_share * again

    def growth(self, years: int) -> float:
        """What general price growth makes of a price in so many years."""
        return float((1 + self.price_growth) ** years)


class Diagnosis(Part):
    """A diagnosis of a hospital: the specialism, and the code in its list."""

    specialism_code: str
    diagnosis_code: str


class Condition(Part):
    """A chronic condition: by sex the share of each age that has it, and what it does to the use of care."""

    prevalence: dict[str, ByAge]
    products: dict[str, float]
    care: dict[str, float]
    diagnosis: Diagnosis


class Operation(Part):
    """One kind of operation: the hospital's own code, and what it does to a patient."""

    code: str
    complication: Share
    burden: tuple[float, float, float, float, float]
    relief: tuple[float, float, float, float, float]


class Outcomes(Part):
    """How operations end, and how patients answer."""

    asa_shares: dict[int, tuple[Share, Share, Share, Share]]
    asa_factors: tuple[float, float, float, float]
    decade_factor: float
    level_cuts: tuple[float, float, float, float]
    shared_burden: float
    answers_before: Share
    answers_after_given_before: Share
    operations: dict[str, Operation]
