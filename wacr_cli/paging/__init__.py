"""Pagination: read a list by page number without losing a row while the list changes.

A *window* is the part of the list that one request asks for: a page of some size, which begins at a multiple of that
size. A *walk* reads one list window by window and returns each row once. It decides which window to request next, and
whether a response can follow what was read so far. At its end it is complete, or it gives the reason why it is not.

* :mod:`~wacr_cli.paging.windows`: which windows overlap what was read, or reach furthest
* :mod:`~wacr_cli.paging.responses`: what a response contains, and the page size that the server really uses
* :mod:`~wacr_cli.paging.coverage`: what has been read, and how a response repeats it
* :mod:`~wacr_cli.paging.evidence`: what has been seen of the list and of the server
* :mod:`~wacr_cli.paging.walk`: a list in the order of creation, or by any order that rows don't leave
* :mod:`~wacr_cli.paging.updated`: a list in the order of its changes
"""
