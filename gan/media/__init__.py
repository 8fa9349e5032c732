"""Write frames to files and read the recipe embedded in them."""
