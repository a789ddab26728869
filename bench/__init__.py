"""Speed and memory of the whole line, by stage, against a floor measured in the same run.

`make bench` or `python -m bench.run`. Timing lives here and in no test.
"""
