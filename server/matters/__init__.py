"""Errands between courts (事项委托): asked by one, done by another, each seeing what is its own to see.

Must not know the device protocol or pages, nor the delegation of whole cases (全案委托), which is another thing.
"""
