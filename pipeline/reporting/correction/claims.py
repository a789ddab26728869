"""What came of a contract's deliveries since then, as deliveries in which only one thing has changed at a time.

    then -> persons      the register of insured of now; each claim of then with the pseudonym that it has now
         -> new claims   and the claims whose reference was not there, unless they correct another
         -> now          and what corrects, what was withdrawn, and known claims as they are delivered now

Claims are told by their reference (`line_ref`), which a supplier's deliveries keep. Only deliveries that differ are
read. A pseudonym of another epoch matches nobody, so that a claim of then which has none now is then unlinked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.deliveries import Delivery, RawInputs
from pipeline.deliveries.removed import RemovedRows
from pipeline.lake import Lake, TableFile

CLAIMS = "claim_line"
LINES, PERSON, REFERENCE = f"raw_{CLAIMS}", "pid", "line_ref"
CONTENT = ("declared_cents", "awarded_cents", "opening_date", "care_type_code", "corrected_line_ref")
"""What of a known claim is compared to say that it is another than then."""

Tables = Mapping[str, TableFile | pl.DataFrame]
"""A delivery's tables by name: as published, or made here."""


@dataclass(frozen=True)
class Mixed:
    """A delivery as it stands in a stage."""

    delivery: Delivery
    tables: Tables


@dataclass(frozen=True)
class Changed:
    """How many claims one cause touched, and the cents by which it changed them, whoever's they are."""

    lines: int
    cents: int


class Deliveries:
    """The deliveries of then and of now; what is in both is the same, to the byte."""

    def __init__(self, lake: Lake, then: RawInputs, now: RawInputs) -> None:
        self.lake = lake
        self.then, self.now = _by_id(then), _by_id(now)
        self.same_epoch = then.label == now.label
        self.gone = self._lines(name for name in self.then if name not in self.now)
        self.come = self._lines(name for name in self.now if name not in self.then)
        kept = self._lines((name for name in self.then if name in self.now), [REFERENCE, *CONTENT])
        known = pl.concat([self.gone.select(REFERENCE), kept.select(REFERENCE)]).unique()
        unknown = self.come.join(known, on=REFERENCE, how="anti")
        self.new = unknown.filter(pl.col("corrected_line_ref").is_null())
        self.relinked = self._relinked()

    @property
    def differ(self) -> bool:
        """Whether other deliveries count now than then."""
        return set(self.then) != set(self.now)

    def as_of_then(self) -> list[Mixed]:
        """The deliveries of then."""
        return [Mixed(delivery, tables) for delivery, tables in self.then.values()]

    def with_persons(self) -> list[Mixed]:
        """The claims of then, and who is insured and who is who now."""
        return self._mixed({})

    def with_new_claims(self) -> list[Mixed]:
        """And the claims that were not there."""
        return self._mixed(self.new.partition_by("delivery_id", as_dict=True))

    def as_of_now(self) -> list[Mixed]:
        """The deliveries of now."""
        return [Mixed(delivery, tables) for delivery, tables in self.now.values()]

    def removed(self) -> Changed | None:
        """The claims that were taken out of the deliveries of then, since whenever; None when nothing was."""
        out = [one for one in RemovedRows(self.lake.catalogue.engine).all() if one.delivery_id in self.then]
        claims = [one for one in out if one.table == CLAIMS]
        whole = Changed(sum(one.rows for one in claims), -sum(one.cents for one in claims))
        return whole if out else None

    def changed(self) -> dict[str, Changed]:
        """How many claims each cause about claims touched."""
        beyond = self.relinked.join(self.gone, on=REFERENCE, how="semi")
        moved = self.gone.join(beyond, on=REFERENCE, suffix="_now")
        moved = moved.filter(~pl.col(PERSON).eq_missing(pl.col(f"{PERSON}_now")))
        whole = int(self.come["declared_cents"].sum()) - int(self.gone["declared_cents"].sum())
        new = int(self.new["declared_cents"].sum())
        return {
            "persons": Changed(moved.height if self.same_epoch else 0, 0),
            "new_claims": Changed(self.new.height, new),
            "credits": Changed(self._touched(), whole - new),
        }

    def _touched(self) -> int:
        """Lines that correct, that are gone, or that say something else than then."""
        correcting = self.come.join(self.gone, on=REFERENCE, how="anti").filter(
            pl.col("corrected_line_ref").is_not_null()
        )
        withdrawn = self.gone.join(self.come, on=REFERENCE, how="anti")
        both = self.gone.select(REFERENCE, *CONTENT).join(
            self.come.select(REFERENCE, *CONTENT), on=REFERENCE, suffix="_now"
        )
        other = both.filter(
            pl.any_horizontal(~pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in CONTENT)
        )
        return correcting.height + withdrawn.height + other.height

    def _mixed(self, more: Mapping[tuple[object, ...], pl.DataFrame]) -> list[Mixed]:
        claims = {name: self.gone.filter(pl.col("delivery_id") == name) for name in self.then}
        made = []
        for name in sorted({*self.then, *self.now}):
            delivery, tables = self.now.get(name) or self.then[name]
            mixed: dict[str, TableFile | pl.DataFrame] = {}
            if name in self.now and name in self.then:
                mixed |= tables
            elif name in self.now:
                mixed |= {table: file for table, file in tables.items() if table != LINES}
                if (name,) in more:
                    mixed[LINES] = more[(name,)]
            elif not claims[name].is_empty():
                mixed = {LINES: self._with_pseudonyms(claims[name])}
            made.append(Mixed(delivery, mixed))
        return made

    def _relinked(self) -> pl.DataFrame:
        """The pseudonym of now by reference; of one that comes twice with two, none."""
        found = self.come.select(REFERENCE, PERSON).unique()
        return found.filter(pl.len().over(REFERENCE) == 1)

    def _with_pseudonyms(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Lines of then with the pseudonym of now; those that are gone keep theirs while it means anything."""
        joined = lines.join(
            self.relinked.with_columns(is_known=pl.lit(True)),
            on=REFERENCE,
            how="left",
            suffix="_now",
            maintain_order="left",
        )
        own = pl.col(PERSON) if self.same_epoch else pl.lit(None, pl.Binary)
        person = pl.when(pl.col("is_known")).then(pl.col(f"{PERSON}_now")).otherwise(own)
        return joined.with_columns(person.alias(PERSON)).select(lines.columns)

    def _lines(self, names: Iterable[str], columns: Sequence[str] = ()) -> pl.DataFrame:
        schema = canonical_table(CLAIMS).raw_schema
        held = {**self.now, **self.then}
        files = [held[name][1].get(LINES) for name in names]
        wanted = {name: kind for name, kind in schema.items() if not columns or name in columns}
        frames = [
            pl.read_parquet(self.lake.path(file), columns=list(wanted))
            for file in files
            if isinstance(file, TableFile)
        ]
        return pl.concat([pl.DataFrame(schema=wanted), *frames])


def _by_id(raw: RawInputs) -> dict[str, tuple[Delivery, dict[str, TableFile]]]:
    """Deliveries and their tables by the delivery's id."""
    files = {snapshot.scope: {file.table: file for file in snapshot.files} for snapshot in raw.snapshots}
    return {
        str(delivery.delivery_id): (delivery, files.get(delivery.scope, {})) for delivery in raw.deliveries
    }
