"""Two-step pseudonymisation through a trusted third party, so that records link and nobody is named.

Three roles, each with its own key ring: `supplier.seal`, `ttp.process`, `recipient.open_delivery`. The
package stands alone; its README says who sees what.
"""
