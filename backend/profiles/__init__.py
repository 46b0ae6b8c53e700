"""Who a user is and how they train."""
