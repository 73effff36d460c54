"""What an officer is told: his inbox, a leader's daily digest, signed webhooks; one delivery each, with a log.

Must not know cases or nodes: a notice is a text, a kind and codes, made by the rooms above.
"""
