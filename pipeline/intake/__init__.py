"""The supplier's side: from the files a supplier has on disk to canonical tables, with every cent counted.

What belongs here reads records with a BSN in them, so it runs at the supplier only: `cli/supplier` and
`demo/` import it, nobody else does.

    layouts, record_layout   the records of the Vektis messages, as data
    render                   messages written from columns
    source_file              a file's bytes, digest and text
    fixed_width, trailer     a message read, and held against its closing record
    delimited                CSV files, through a supplier's mapping file
    notation, field_rules    how text becomes a date, a number, an amount; what is wrong with a field
    mapping, expressions     which source column becomes which canonical column: the language, and its meaning
    code_lists               what codes stand for, where a message does not say
    records_to_rows          the records of a message joined to canonical rows
    generalise               birth date to year, postcode to area, insured period to whole months
    row_rules                a canonical row: complete, allowed codes, a possible BSN, no key twice
    period_rules             a row belongs into the delivery's year, and before its day
    staging, findings        rows on their way, and what is wrong with them
    check, accounts          a file from end to end, with rows and cents that must close
    references               claim numbers and files under the supplier's own key
"""
