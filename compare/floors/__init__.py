"""Floors: in each framework, the least code that does the same work.

Each file has the same queries through the same data layer as the
implementation, the same checks of what comes in and the same documents, but
nothing around them: no errors, logs, limits, cookies, conditions or headers.
What an implementation costs beyond its floor is its own doing; what the
floor costs is the framework's and the data layer's. `/healthz` is the
framework alone, `/checked/…` adds routing and validation.
"""
