"""Importing the history of other apps."""
