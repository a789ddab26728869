"""A second settlement, written differently on purpose: a plain script over a contract's text and a dict of figures.

It reads the YAML itself, as bare texts, and knows nothing of the engine: no models, no lines, no plan. It works in
`Decimal` with two hundred digits and cuts what it compares to sixty, so that a third taken thrice is one again.
Slow, and readable from top to bottom; the target is in `target_decimal`, the members' parts in `division_decimal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from tests.oracles.contract_plainly import Book, cut, whole_cents
from tests.oracles.division_decimal import fee_parts, member_parts
from tests.oracles.target_decimal import savings_of, target_of, units_of

NOTHING, ALL = Decimal(0), Decimal(1)
USUAL = (
    "shared_amount", "loss_set_off", "consortium_share", "deduction", "carried_gain", "limited_share",
    "disaster_relief",
)  # fmt: skip


class Paid(NamedTuple):
    """What the second settlement comes to; amounts in cents."""

    reason: str
    target: Decimal
    payable: int
    insurer_share: int
    members: dict[str, int]
    fee: dict[str, int]
    loss_forward: Decimal | None
    gain_forward: Decimal | None
    now: int | None
    tranches: dict[str, int]


def settle_plainly(
    text: str, year: int, figures: Mapping[tuple[str, int], Any], measured: Mapping[str, Any]
) -> Paid:
    """What is paid under a contract's text in a year, given figures by name and year and measured indicators.

    Raises:
        RefusedError: when the figures give no target, or nothing by which an amount could be divided.
    """
    with localcontext() as context:
        context.prec = 200
        late, unknown = [], []
        known = dict(measured)
        book = Book(text, year, figures, known)
        for item in book.term("quality.indicators") or ():
            if item["id"] not in measured:
                is_late = item.get("late") == "true"
                (late if is_late else unknown).append(item)
                at_goal = not is_late and book.term("quality.while_unknown") == "goal"
                known[item["id"]] = item["goal" if at_goal else "floor"]
        paid = settle_known(book)
        tranches = {}
        if late:  # the most that is still to come: everything late turned out well
            better = Book(text, year, figures, {**known, **{item["id"]: item["goal"] for item in late}})
            about = "" if late[1:] else late[0]["id"]
            tranches[about] = settle_known(better).payable - paid.payable
        return paid._replace(now=paid_now(book, paid.payable, bool(unknown)), tranches=tranches)


def settle_known(book: Book) -> Paid:
    target = target_of(book)
    saved = cut(savings_of(book, target))
    least, most = threshold(book, target, "sharing"), threshold(book, target, "loss")
    score, for_gain, for_loss = quality(book)
    reason = why(book, saved, least, most, good=for_gain is not None)
    amount, above = NOTHING, NOTHING
    open_loss = book.fig("carried_loss_cents", default=0)
    if reason in ("gain", "loss"):
        rate = rate_of(book, reason, for_gain if reason == "gain" else for_loss)
        for step in steps(book, reason):
            if step == "shared_amount":
                from_first = book.term("sharing.starts_at") == "first_euro"
                limit = least if reason == "gain" else -most
                amount = saved if from_first else saved - limit
            elif step == "loss_set_off":
                paid_off = min(open_loss, amount)
                amount, open_loss = amount - paid_off, open_loss - paid_off
            elif step == "consortium_share":
                amount = amount * rate
            elif step == "deduction":
                amount = amount - amount * book.number("deduction.of_gain")
            elif step == "carried_gain":
                amount = amount + book.fig("carried_gain_cents", default=0)
            elif step == "limited_share":
                edge = bound(book, target, "cap" if amount >= 0 else "collar")
                above = max(amount - edge, NOTHING)
                amount = max(min(amount, edge), -edge)
            else:
                amount = relieved(book, amount)
    payable = whole_cents(amount + quality_payment(book, score))
    return Paid(
        reason=reason,
        target=target,
        payable=payable,
        insurer_share=whole_cents(saved) - payable,
        members=member_parts(book, payable),
        fee=fee_parts(book),
        loss_forward=loss_forward(book, reason, saved, open_loss),
        gain_forward=gain_forward(book, reason, above),
        now=None,
        tranches={},
    )


def threshold(book: Book, target: Decimal, side: str) -> Decimal:
    """The saving, or the loss, from which a result counts."""
    size = people_of(book)
    if book.term("sharing.sized_by") == "persons":
        size = book.fig("persons")
    from_size = book.term("sharing.own_choice_from")
    brackets = (book.term("loss.minimum_loss") if side == "loss" else None) or book.term(
        "sharing.minimum_savings"
    )
    if from_size is not None and size >= Decimal(from_size):
        rate = book.fig("chosen_minimum_rate")
    elif brackets:
        rate = rate_at(brackets, size)
    else:
        chance = book.term("sharing.statistical")
        rate = Decimal(chance["z"]) * Decimal(chance["variation"]) / size.sqrt()
        rate = sorted([Decimal(chance.get("least", 0)), rate, Decimal(chance.get("most", 1))])[1]
    return cut(rate * target)


def rate_at(brackets: Any, size: Decimal) -> Decimal:
    """The rate at a size; on a slope the straight line between the bracket's own ends."""
    for bracket in brackets:
        if size >= Decimal(bracket["from"]) and ("below" not in bracket or size < Decimal(bracket["below"])):
            rate = Decimal(bracket["rate"])
            if "to" in bracket:
                begin, end = Decimal(bracket["from"]), Decimal(bracket.get("at") or bracket["below"])
                gone = min(size, end) - begin
                return (rate * (end - begin - gone) + Decimal(bracket["to"]) * gone) / (end - begin)
            return rate
    raise AssertionError(f"no bracket holds {size}")


def quality(book: Book) -> tuple[Decimal, Decimal | None, Decimal]:
    """The score, and which part of the rate it gives for a gain (None when no gate is met) and for a loss."""
    indicators = book.term("quality.indicators")
    if not indicators:
        return ALL, ALL, ALL
    score = cut(sum((Decimal(item["weight"]) * points(book, item) for item in indicators), NOTHING))
    gates = book.term("quality.gates")
    if gates is None:
        if score < book.number("quality.minimum_score"):
            return score, None, NOTHING
        way = part_by(book, book.term("quality.share_by") or "linear", score)
        return score, way, way
    for gate in gates:
        value = book.indicator(gate["indicator"]) if "indicator" in gate else score
        if value >= Decimal(gate["at_least"]):
            return (
                score,
                part_by(book, gate["gain"], score),
                part_by(book, gate.get("loss") or gate["gain"], score),
            )
    return score, None, NOTHING


def points(book: Book, item: Mapping[str, str]) -> Decimal:
    floor, goal = Decimal(item["floor"]), Decimal(item["goal"])
    way = (book.indicator(item["id"]) - floor) / (goal - floor)
    return min(max(way, NOTHING), ALL)


def part_by(book: Book, way: str, score: Decimal) -> Decimal:
    if way == "brackets":
        return rate_at(book.term("quality.share_brackets"), score)
    return ALL if way == "full" else score


def why(book: Book, saved: Decimal, least: Decimal, most: Decimal, *, good: bool) -> str:
    """Whether the result is shared as a gain or a loss; if not, what keeps it from being shared."""
    gain = saved >= least and saved >= 0
    if not gain:
        result = "below_threshold"
        if saved < 0:
            result = "bonus_only" if not book.has("loss") else "loss" if saved <= -most else "below_threshold"
    small, missed = too_small(book), access_missed(book)
    if small and (gain or book.term("population.below_minimum") == "nothing_shared"):
        return "population_too_small"
    if missed and (gain or book.term("access.if_missed") == "nothing_shared"):
        return "access_missed"
    if not gain:
        return result
    if not good:
        return "quality_below_minimum"
    if book.term("termination.gain") == "forfeited" and book.fig("left_within_year"):
        return "left_within_year"
    return "gain"


def too_small(book: Book) -> bool:
    if book.counted_in == "episode" and book.term("population.minimum_episodes") is not None:
        return units_of(book) < book.number("population.minimum_episodes")
    least = book.term("population.minimum_insured_years")
    return least is not None and people_of(book) < Decimal(least)


def people_of(book: Book) -> Decimal:
    """How large the contract is: its units; of a total, which is one thing, the years that people were insured."""
    return book.fig("insured_months") / 12 if book.counted_in == "total" else units_of(book)


def access_missed(book: Book) -> bool:
    for item in book.term("access.requirements") or ():
        value = book.indicator(item["indicator"])
        if "at_most" in item and value > Decimal(item["at_most"]):
            return True
        if "at_least" in item and value < Decimal(item["at_least"]):
            return True
    return False


def rate_of(book: Book, reason: str, part: Decimal | None) -> Decimal:
    gained = book.number("sharing.gain_rate") * (part or NOTHING)
    if reason == "gain":
        return gained
    if book.term("loss.rate") is not None:
        return book.number("loss.rate")
    return sorted([book.number("loss.rate_floor"), 1 - gained, book.number("loss.rate_ceiling")])[1]


def steps(book: Book, reason: str) -> list[str]:
    """The steps that this contract has for this result, as usual but for what its order says."""
    agreed = {
        "loss_set_off": reason == "gain" and book.term("carry_over.unshared_loss") is not None,
        "deduction": reason == "gain" and book.term("deduction.of_gain") is not None,
        "carried_gain": reason == "gain" and book.term("carry_over.gain_above_cap") is not None,
        "disaster_relief": reason == "loss" and book.term("adjustments.disaster") is not None,
    }
    left, done = list(USUAL), []
    pairs = [(pair["rule"], pair["after"]) for pair in book.term("order.after") or ()]
    while left:
        free = [step for step in left if not any(rule == step and after in left for rule, after in pairs)]
        done.append(free[0])
        left.remove(free[0])
    return [step for step in done if agreed.get(step, True)]


def bound(book: Book, target: Decimal, side: str) -> Decimal:
    """The most that is paid: of the target, or of revenue where that is agreed and smaller."""
    most = book.number(f"limits.{side}") * target
    if book.term(f"limits.{side}_of_revenue") is not None:
        most = min(most, book.number(f"limits.{side}_of_revenue") * book.fig("revenue_cents"))
    return most


def relieved(book: Book, loss: Decimal) -> Decimal:
    if book.term("adjustments.disaster") == "amount":
        return min(loss + book.fig("disaster_relief_cents"), NOTHING)
    return loss - loss * min(book.fig("disaster_share"), ALL)


def quality_payment(book: Book, score: Decimal) -> Decimal:
    amount, least = book.term("quality_payment.amount"), book.term("quality_payment.minimum_score")
    if amount is None or (least is not None and score < Decimal(least)):
        return NOTHING
    return Decimal(amount) * 100 * units_of(book) * score


def loss_forward(book: Book, reason: str, saved: Decimal, still: Decimal) -> Decimal | None:
    """What is still open of the losses, and the agreed part of a new one that nobody shared."""
    part = book.term("carry_over.unshared_loss")
    if part is None:
        return None
    if reason in ("below_threshold", "bonus_only") and saved < 0:
        still = still - Decimal(part) * saved
    return still


def gain_forward(book: Book, reason: str, above: Decimal) -> Decimal | None:
    part = book.term("carry_over.gain_above_cap")
    if part is None:
        return None
    return Decimal(part) * above if reason == "gain" else book.fig("carried_gain_cents", default=0)


def paid_now(book: Book, payable: int, provisional: bool) -> int | None:
    part = book.term("provisional.advance")
    if part is None and book.term("quality.while_unknown") is None:
        return None
    if provisional:  # without an agreed advance all of it is paid, and no line says so
        return None if part is None else whole_cents(Decimal(part) * payable)
    before = book.fig("paid_provisionally_cents", default=None)
    return None if before is None else whole_cents(payable - before)
