"""On-site actions: kinds (data), completeness (pure), decide (pure), services, settling of evidence.

Must not know the device protocol: `sync` hands it parsed operations.
"""
