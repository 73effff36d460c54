"""What the people on duty keep between them: alarms muted for a while, the log of a shift, the report of a day.

Counts what other rooms hold and changes none of it; must not know the device protocol or pages.
"""
