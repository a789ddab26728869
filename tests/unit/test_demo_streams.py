"""One stream per purpose: what one draws leaves the others alone."""

from __future__ import annotations

from pipeline.demo.streams import Streams


def test_the_same_seed_and_purpose_give_the_same_numbers() -> None:
    assert Streams(7).generator("births").random() == Streams(7).generator("births").random()


def test_another_purpose_drawn_before_changes_nothing() -> None:
    alone = Streams(7).generator("births").random()
    streams = Streams(7)
    streams.generator("a purpose added later").random(1000)
    assert streams.generator("births").random() == alone


def test_purposes_and_seeds_have_streams_of_their_own() -> None:
    firsts = {
        Streams(seed).generator(purpose).random() for seed in (1, 2) for purpose in ("births", "deaths", "x")
    }
    assert len(firsts) == 6
