"""Told inside the transaction, so that what a change of people means above commits with it or not at all."""

from django.dispatch import Signal

group_membership_changed = Signal()
"""Sent with `membership` (a GroupMember, begun or ended): cases may owe its officer grants, or take them back."""
