"""The supplier's side: from the files a supplier has on disk to canonical tables, with every cent counted.

What belongs here reads records with a BSN in them, so it runs at the supplier only: `cli/supplier` and
`demo/` import it, nobody else does.

    check, answered, checked_file   a delivery's files from end to end, merged with answers, and what came of each
    judged_file, delivery_rows   one file block by block; its rows as they stand after the other files were looked at
    reading, staging         which reader reads a file; what every reader gives, block by block
    accounts, delivery_accounts, granted, kept_back   rows and cents that must close, and what is signed of them; what
                             awards change; credits of claims kept back

    files/        a file as a stream, unpacked where it is packed; the private folder where rows lie meanwhile
    messages/     fixed-width messages: layouts as data, blocks of lines, records, rows, the closing record
    gds/          the XML messages of the generic claims standard
    tables/       CSV, Parquet and workbooks, through a supplier's mapping file
    proposal/     a mapping proposed for a table that has none
    columns/      which source column becomes which canonical column, and how text becomes a value
    rules/        what is wrong with a field or a row, and where
    between/      what two rows cannot both say, over all files of a delivery
    answers/      insurers' answers, merged with the declarations that they answer; the list to mend as such an answer
    mend/         the list to mend as a workbook or JSON
    layouts/, lists/   the standards and the code lists, as data
"""
