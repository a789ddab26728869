"""The messages of Vektis in fixed-width records: layouts as data, blocks of lines, records, rows."""
