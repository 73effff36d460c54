"""Wires everything: settings, urls, asgi, processes.

Imported by nobody but Django itself; must hold no rule of the trade.
"""
