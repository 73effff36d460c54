"""Exchange between deployments: what one court's server tells another's of the matters they share.

Signed messages leave an outbox and come into an inbox, each once in effect and in order; files follow by their hash.
"""
