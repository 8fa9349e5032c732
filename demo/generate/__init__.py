"""What draws pictures for the page: weights for the browser, drawing and finding on the server."""
