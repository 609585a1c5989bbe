"""Files, locally and in an object store: written whole or not at all, read, listed, and locked."""
