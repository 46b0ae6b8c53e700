"""The companion: conversations, memories, and the model behind them."""
