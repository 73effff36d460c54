"""What leaves the house for a judge: one case as a bundle that proves itself, and timestamps over each ledger's days.

Reads everything below it; must not know pages. What it verifies with, `verifier/`, knows nothing of ours.
"""
