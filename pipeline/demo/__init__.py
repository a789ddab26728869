"""A synthetic region: people, their care and their hospitals, written as each supplier has it on disk.

Made for trying and testing the whole pipeline. Everything follows from `region.yaml`, two tables beside it
and a seed; the pipeline itself reads none of these, only the files. This package holds BSNs, so nothing on
the OCMO's side imports it.
"""
