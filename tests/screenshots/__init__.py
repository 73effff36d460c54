"""`make screenshots`: every page of the centre as a customer would see it, and what axe-core finds on it."""
