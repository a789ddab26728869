"""How care becomes claims: who invoices whom and when, what is taken back, and the files that hold it.

`invoicing` gives performances an insurer and an invoice date, `corrections` numbers them and adds credits and new
declarations, and one module per form of file says what it holds: `zh308` (hospitals), `ap304` (pharmacies), `mz301`
(dental care), `pm304` (physiotherapy), `aw319` (nursing); `answers` has the insurer's answers to them. `message` and
`message_files` are what messages have in common, `export` is the insurer's own export of everything else. `flows`
ties these together for the region, `standards` for whoever wants messages of one standard.
"""
