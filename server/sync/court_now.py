"""Its place is with the people: evidence signs receipts by the same."""

from server.people.court_now import CourtNow, court_now

__all__ = ["CourtNow", "court_now"]
