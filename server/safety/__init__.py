"""Who is on site and still heard of: check-ins, calls for help, alarms, orders to teams, joint operations.

Must not know how a device frames its log, nor pages. Silence is never taken for safety here.
"""
