"""WEIGH: correct for groups heard too much or too little. Counts in, never persons.

The raw figure always stays beside the corrected one.
"""
