"""Images for the page: weights for the browser, drawing and projection on the server."""
