"""The SDK's own version, as it tells servers."""

from importlib import metadata

try:
    VERSION = f"zhixing-client-sdk/{metadata.version('zhixing-client-sdk')}"
except metadata.PackageNotFoundError:
    VERSION = "zhixing-client-sdk/0"
