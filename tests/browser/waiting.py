"""Waiting for what a page knows and does not show: its policy forbids the evaluated text of `wait_for_function`."""

from playwright.sync_api import Page

PATIENCE_MS = 30_000


def until(page: Page, condition: str, within_ms: float = PATIENCE_MS) -> None:
    """An expression of JavaScript that becomes true. Raises playwright's Error where it does not."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
          const end = performance.now() + {within_ms};
          const look = () => {{
            if ({condition}) done();
            else if (performance.now() > end) fail(new Error({condition!r}));
            else setTimeout(look, 50);
          }};
          look();
        }})"""
    )
