"""Clock, ids, hashing, snapshot, errors, signing: exactly what every app needs, and nothing of ours.

Must not know any app, model or rule of the trade.
"""
