"""Marks a text for translation where Django is not to be known; whoever shows it translates it."""


def gettext_noop(text: str) -> str:
    return text
