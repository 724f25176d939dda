"""Our feed before the libraries that calendar programs are made of."""
