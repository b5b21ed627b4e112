"""The house's front: settings, addresses, the API as a whole, errors as HTTP, and the command `massline`."""
