"""The house style of pages for people: one template that all extend, one environment that renders them.

A page extends `house.html` and fills its blocks `title`, `style` (rules of its own) and `main`. It holds
everything it needs: no script, no font or picture from elsewhere. Texts are escaped by the template; a name
that the template knows and the caller forgot is an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
"""Templates by their path below `pipeline/reporting/`."""


def render(template: str, **values: Any) -> str:
    """A page of a template, such as `statement.html`; equal values give equal bytes."""
    return ENVIRONMENT.get_template(template).render(**values)
