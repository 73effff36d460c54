"""The server's own settings; with EXCHANGE_PLANT one fault is planted, which the run has to find."""

import os

from server.config.settings import *  # noqa: F403
from server.config.settings import INSTALLED_APPS

if os.environ.get("EXCHANGE_PLANT"):
    INSTALLED_APPS += ["tests.exchange.planting.Planted"]
