"""Are the truths that the region plants found again by the pipeline's figures?

`laboratory` takes a region in, `estimates` makes figures with their intervals, `trial` holds them against
the truths of one seed, `run` does so for many seeds and keeps the result in docs/validation.
"""
