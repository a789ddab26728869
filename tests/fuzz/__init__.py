"""Fuzzing the readers of intake: `python -m tests.fuzz.run`."""
