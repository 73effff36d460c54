"""What leaders watch: warning levels of nodes, findings of limits that passed, urging.

Must not know how a device speaks: what a device holds of an urge is put into its case by the room above.
"""
