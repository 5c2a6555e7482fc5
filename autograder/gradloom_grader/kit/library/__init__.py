"""A student's own library: the engine, with the pieces of all their notebooks in its holes."""
