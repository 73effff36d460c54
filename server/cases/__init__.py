"""Subjects (case or matter), parties, assignments, grants, nodes and the flow that moves them.

Must not know actions, evidence or devices: those write events down into this app.
"""
