"""How results look: statements as JSON and as one page for people."""
