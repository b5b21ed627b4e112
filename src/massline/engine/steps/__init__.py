"""What each step does with the work folder: tables of earlier steps in, its own out. The mathematics lies one folder up.

A step is a function of the work folder, its options and the folder `part` to fill. None keeps the texts of the corpus
in memory: they stay memory-mapped and pass in the batches that `read` gave.
"""
