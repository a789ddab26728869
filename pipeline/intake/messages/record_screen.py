"""Which records are surely in form: one look at the bytes of a line, so that few need to be judged field by field.

The rules of fields stand in `field_rules`, and only there; it says what is wrong. A screen is made of the same forms
of fields, and passes only lines without a fault. Not every good line does: a 29th of February, text that begins with a
blank and an N field that is blank instead of zeros are left to the rules. A property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.intake.columns.notation import EARLIEST
from pipeline.intake.messages.record_layout import DATE_LENGTH, Record
from pipeline.intake.rules.field_rules import FieldForm, form_of

LINES_AT_A_TIME = 2048
ANY, FILLED, DIGIT = (ord(" "), ord("~")), (ord("!"), ord("~")), (ord("0"), ord("9"))
LARGEST_NUMBER = 18
"""Digits of a number that surely fits into 64 bits."""

NO_NUMBER = 255
DAYS = np.zeros(256, np.uint8)
DAYS[1:13] = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Screen:
    """By position, up to the last one that is judged, the lowest and the highest byte that is surely right.

    `dates` tells where dates stand (from 0), and whether each may be all zeros.
    """

    lowest: np.ndarray
    highest: np.ndarray
    dates: tuple[tuple[int, bool], ...]

    @classmethod
    def of(cls, record: Record) -> Screen:
        """The screen of a kind of record."""
        judged = [field for field in record.fields.values() if field.obligation != "S"]
        length = judged[-1].end
        bounds = np.full((2, length), [[ANY[0]], [ANY[1]]], np.uint8)
        dates = []
        for field in judged:
            form = form_of(field)
            bounds[:, field.start - 1 : field.end] = np.array(_bounds(form, field.length), np.uint8).T
            if form.kind == "date":
                dates.append((field.start - 1, not form.mandatory))
        return cls(bounds[0], bounds[1], tuple(dates))

    def passes(self, lines: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """True for the lines (bytes, by their number in `lines`) that surely have no fault."""
        passed = np.empty(len(rows), bool)
        for start in range(0, len(rows), LINES_AT_A_TIME):
            some = slice(start, start + LINES_AT_A_TIME)
            passed[some] = self._passes(lines[rows[some], : len(self.lowest)])
        return passed

    def _passes(self, cells: np.ndarray) -> np.ndarray:
        passed: np.ndarray = (cells - self.lowest <= self.highest - self.lowest).all(axis=1)
        for date, may_be_zeros in self.dates:
            pairs = np.ascontiguousarray(cells[:, date : date + DATE_LENGTH]).view(np.uint16)
            passed &= _exists(pairs) | ((pairs == ZEROS).all(axis=1) & may_be_zeros)
        return passed


def _bounds(form: FieldForm, length: int) -> list[tuple[int, int]]:
    """By position of a field the lowest and the highest byte."""
    if form.allowed:
        first, last = min(form.allowed), max(form.allowed)
        if length == 1 and ord(last) - ord(first) + 1 == len(form.allowed):
            return [(ord(first), ord(last))]
        return [(ord(letter), ord(letter)) for letter in first.ljust(length)]
    if form.kind == "text":
        return [FILLED if form.mandatory else ANY] + [ANY] * (length - 1)
    if form.kind in ("digits", "date"):
        return [DIGIT] * length
    leading = max(length - LARGEST_NUMBER, 0)
    return [(ord("0"), ord("0"))] * leading + [DIGIT] * (length - leading)


def _exists(pairs: np.ndarray) -> np.ndarray:
    """True for dates, as four pairs of digits, that exist in every year, and are none before `EARLIEST`'s year."""
    century, year, month, day = (NUMBER[pairs[:, place]] for place in range(4))
    whole = century.astype(np.uint16) * 100 + year
    exists: np.ndarray = (whole > EARLIEST.year) & (day >= 1) & (day <= DAYS[month])
    return exists


def _numbers() -> np.ndarray:
    """By two bytes the number of two digits that they are; `NO_NUMBER` for others."""
    numbers = np.full(65_536, NO_NUMBER, np.uint8)
    for number in range(100):
        numbers[np.frombuffer(f"{number:02}".encode("ascii"), np.uint16)] = number
    return numbers


NUMBER = _numbers()
ZEROS = np.frombuffer(b"00", np.uint16)
