"""The demonstration: an invented city, a running server, simulated officers, and a recount that believes nobody.

Seeds through the server's services; the officers use only the SDK over HTTP.
"""
