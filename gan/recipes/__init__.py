"""Recipes: all it takes to make a picture or a clip again."""
