"""Training by hand, one step of D or G at a time."""
