"""Measures Nguva beside floors: the least that the same machine needs for work of the same kind.

``./run bench`` starts PostgreSQL, loads scale data, serves the floors and the site with gunicorn,
loads both with the same generator in turns, and writes docs/PERFORMANCE.md.
"""
