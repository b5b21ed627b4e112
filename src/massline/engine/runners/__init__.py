"""Where the steps run. A runner maps a pure function over blocks and gives the results in the order of the blocks."""
