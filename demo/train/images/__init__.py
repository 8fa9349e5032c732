"""Own images: upload and collections."""
