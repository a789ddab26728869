"""The care that people use in a year: how much, which, when, where and at what price, kind by kind.

`cost_table` says what each kind costs on average, `need` how that differs with chronic conditions, `rates` how
often which item of a price list is then used, and `draw` who uses it when. The other modules are one kind of
care each. Nothing here knows of insurers, invoices or files: that is `claims`.
"""
