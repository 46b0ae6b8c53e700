"""The exercise catalogue and each user's own exercises."""
