"""Messages of one standard, written of the region's own people and care, as many as are asked for.

So each standard can be read on volume, also those that no supplier of the region delivers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.demo.claims.corrections import declare
from pipeline.demo.claims.flows import Flow, batches
from pipeline.demo.claims.invoicing import invoiced
from pipeline.demo.files import RegionFile
from pipeline.demo.parameters import read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams


def write_standard(out: Path, flow: Flow, *, insured: int, seed: int) -> Iterator[RegionFile]:
    """Write the files of the contract year's care, one after the other; all insurers' into one folder.

    The same insured and seed give the same lines in every standard that carries this care.

    Args:
        out: the folder.
        flow: of `standards.find`.
        insured: number of insured on 1 January of the first year.
        seed: where the random numbers start.
    """
    region, streams = read_region(), Streams(seed)
    people, year = simulate_people(region, streams, insured), region.years.contract
    performances = flow.simulate(region, streams, people, year)
    due = invoiced(region, streams, performances, people, year, flow.name)
    lines = declare(region, streams, due, year, None, name=flow.name).lines
    for own, batch in batches(flow, region, lines, year, lambda supplier: out / supplier):
        for written in flow.write(own, people, batch):
            yield written.file
