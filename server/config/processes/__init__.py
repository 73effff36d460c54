"""Web, worker and beat: one process each, held together by `serve`.

Must not know what is served, worked off or repeated: that stands in `asgi`, in tasks, in `beat`.
"""
