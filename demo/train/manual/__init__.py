"""Manual training, one step of D or G at a time."""
