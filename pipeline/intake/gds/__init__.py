"""Read the XML messages of the generic claims standard: GDS801 (claims) and GDS802 (what became of them).

What stands where in them is data; what is read here is any message of that shape.

    layout, layouts    which elements are records and fields, as data
    conditions         the validation rules as expressions
    identify           which message a file is, from its head
    parsing            a streaming parser that refuses what is unsafe
    steps, events      the message as one stream of markers and texts
    records            a piece of that stream as columns, one frame a kind of record
    picks, judging     of several records the one that counts; what is judged of fields
    performances       one wide row a performance, judged and mapped to canonical rows
    message            what stands once in a message, its own rules, its closing total
    credits            credits wait until all debits of their message are known
    reader             a message from end to end
"""

from pipeline.intake.gds.identify import identify, is_xml
from pipeline.intake.gds.reader import read

__all__ = ["identify", "is_xml", "read"]
