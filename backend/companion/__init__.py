"""The companion: conversations, and the model behind them."""
