"""What tests of pages share: a page's tags, and the keys of texts."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Which tags and attributes a page has, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "rect", "line", "circle"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def keys(tree: object, path: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {path}
    return {key for name, item in tree.items() for key in keys(item, f"{path}/{name}")}
