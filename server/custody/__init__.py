"""Who read what and why: every view, download, print and export of a file, paper or case, once for its window, and
readings so odd that inspection should look. Must not know cases, files or acts: it is told of ids and hashes.
"""
