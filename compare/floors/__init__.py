"""Floors: in each framework, the least code that answers the same.

Each file has the same queries through the same data layer as the
implementation, the same checks of what comes in and the same documents and
headers, its line in the log and its id; but nothing for what was not asked:
no errors, limits, cookies, conditions, pages or other origins. What an
implementation costs beyond its floor is its own doing; what the floor costs
is the framework's, the data layer's and the log's. Without the log, the id
and the headers of every answer, it is bare: there `/healthz` is the framework
alone, and `/checked/…` adds routing and validation.
"""
