"""Tables that are not about persons: an insurer's books, payments and providers, a hospital's waiting times and survey.

`insurers` and `hospitals` write them, period by period; the other modules make one table each.
"""
