from tests.actors import cast

__all__ = ["cast"]
