"""How care becomes claims: who invoices whom and when, what is taken back, and the files that hold it.

`invoicing` gives performances an insurer and an invoice date, `corrections` numbers them and adds credits and new
declarations, and one module per form of file writes them: `zh308` (hospitals), `ap304` (pharmacies), `mz301`
(dental care), `export` (everything else, as the insurer's own export). `streams` ties these together.
"""
