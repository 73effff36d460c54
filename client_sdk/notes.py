"""What a device holds back, and how much room it has left, in words."""

from client_sdk.lanes import LOW_SPACE_BYTES, Lanes
from client_sdk.messages import text
from client_sdk.views import HeldBack

# Room for one more photograph of a good phone, asked for before the shutter.
USUAL_PHOTO_BYTES = 8 * 1024 * 1024


def held_back_in_words(lanes: Lanes) -> tuple[HeldBack, ...]:
    return tuple(
        _held_back(reason, len(files), sum(file.size for file in files)) for reason, files in lanes.held_back.items()
    )


def _held_back(reason: str, files: int, size: int) -> HeldBack:
    return HeldBack(reason, files, size, text(f"held_back_{reason}", files=files, megabytes=f"{size / 1e6:.1f}"))


def photos_left(free_bytes: int, reserve_bytes: int) -> int:
    """So many of the usual size fit before the reserve, which is for acts alone."""
    return max(0, free_bytes - reserve_bytes) // USUAL_PHOTO_BYTES


def room_in_words(free_bytes: int, reserve_bytes: int) -> tuple[str, ...]:
    """A warning before the shutter, while there still is some room."""
    left = photos_left(free_bytes, reserve_bytes)
    if free_bytes >= LOW_SPACE_BYTES:
        return ()
    return (text("space_low", photos=left) if left else text("space_gone"),)
