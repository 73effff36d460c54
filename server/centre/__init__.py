"""The command centre's pages: templates, static files, views that read through queries.

Must not write anything but a session.
"""
