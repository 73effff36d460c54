"""The device protocol: push, pull, uploads, operations, reviews, receipts.

Must not hold a rule of the trade: what an act means is decided below, in `field`.
"""
