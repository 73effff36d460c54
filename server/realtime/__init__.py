"""The live feed: one reader per process hands the ledger's entries to every watcher, byte for byte.

Must hold no truth of its own: a lost frame, a dead layer, a killed process heal by reading the ledger.
"""
