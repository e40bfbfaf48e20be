"""A market with known truth: writes landing files as clients would, and the truth beside them.

Belongs here: how a believable market behaves, how its events look on the wire, and what goes wrong on the way.
Not here: reading landing or lake, HTTP (the live market only says which events come next), the wall clock.
"""
