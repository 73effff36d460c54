"""What was recorded here and is still to be carried back to the national case system (待回填), and what has been.

Rows are derived from acts, events and rulings; kept are the marks alone. It knows nothing of devices or of warnings.
"""
