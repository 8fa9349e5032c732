"""Watch a run as it trains."""
