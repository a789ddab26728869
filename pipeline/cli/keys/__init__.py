"""`ocmo keys`: one key ring per role, made, shown, kept and ended by its owner."""

from pipeline.cli.keys.custody import app as custody
from pipeline.cli.keys.ending import app as ending
from pipeline.cli.keys.exchange import app as exchange
from pipeline.cli.keys.publichalf import read_identity
from pipeline.cli.keys.rings import app

for group in (exchange, custody, ending):
    app.add_typer(group)  # without a name: its commands stand beside the others

__all__ = ["app", "read_identity"]
