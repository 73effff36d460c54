"""Daphne's websockets without the colours of lines nobody writes.

Autobahn 26.10 renders type names and values of its debug lines, with ANSI colours where `click` is installed, before it
asks whether anybody reads them: measured as a fifth of the cost of a frame.
"""

import sys


def stop_colouring() -> None:
    """Replace the two renderers in the modules every frame passes, where Daphne has loaded them."""
    for name in ("autobahn.websocket.protocol", "autobahn.twisted.websocket"):
        module = sys.modules.get(name)
        for renderer in ("hltype", "hlval"):
            if hasattr(module, renderer):
                setattr(module, renderer, _plain)


def _plain(value: object, *_: object, **__: object) -> object:
    return value
