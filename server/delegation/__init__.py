"""Whole cases delegated to another court (全案委托): what was checked and sent, how it goes there, how it comes back.

Not errands (`matters`): another table, another life. Knows nothing of pages, devices or sync.
"""
