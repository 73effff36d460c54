"""Who does which stage of a case, and how it passes from one team to the next: handovers and what to look out for.

Must not know the device protocol or pages; who is responsible for a case, and who may read it, is for `cases` to say.
"""
