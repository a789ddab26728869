"""Where in a contract's file a key stands."""

from __future__ import annotations

from functools import cached_property

import yaml

from pipeline.contract.guide import Key


class Place:
    """Finds lines in a file's text, and names places in it."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.SafeLoader)

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest part of it that the file has; from 1."""
        node, line = self._root, 1
        for part in key:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line

    def of(self, key: Key) -> str:
        """File, line, key and the clause that it stands for, as a message names them."""
        named = f"{self.source}, line {self.line(key)}, key '{'.'.join(str(part) for part in key)}'"
        clause = self.clause(key)
        return f"{named}, clause {clause}" if clause else named

    def clause(self, key: Key) -> str:
        """The clause of the parameter that a key is, or is part of; empty when the file tells none."""
        node = self._root
        for part in (*key[:2], "clause"):
            found = _child(node, part)
            if found is None:
                return ""
            _, node = found
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _child(node: yaml.Node | None, part: object) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None
