"""CONSULT as mathematics: votes on statements to opinion groups, what parts them and what they share.

`read_export` takes any shape of Polis' export or the product's own; `find_opinion` finds the groups by one of two methods:
`polis`, the reference reproduced, and `stable`, which does not depend on the order of votes, a restart or a cap.
"""
