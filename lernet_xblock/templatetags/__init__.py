"""Template tags that read our own catalogues."""
