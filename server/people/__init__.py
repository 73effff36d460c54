"""Courts, teams, groups, officers, roles, devices, enrolment and sign-in.

Must not know cases, actions or the sync protocol beyond a device's certificate.
"""
