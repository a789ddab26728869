"""The page of the standards says of every layout what becomes of it, in words."""

from __future__ import annotations

from docs.reference.standards import page
from pipeline.intake.messages import layouts


def test_every_standard_has_its_section_and_every_return_code_its_line():
    text = page()
    for layout in layouts.all_layouts():
        section = text.split(f"\n## {layout.title}\n")[1].split("\n## ")[0]
        for column in layout.canonical["claim_line"]["columns"]:
            assert f"| `{column}` |" in section
    assert "| `0587` | line | performance already declared or paid |" in text


def test_rules_are_told_in_words():
    section = page().split("\n## AW319 1.4\n")[1].split("\n## ")[0]
    assert "`Wlz` where `01.message_code` is 187; else `Zvw`" in section
    assert "| `diagnosis_code` | empty: AW319 carries no diagnosis |" in section
    assert "`04.declared_cents`, with the sign of `04.declared_sign`" in section
    assert "{" not in page()
