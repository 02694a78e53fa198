"""How texts of the composed layer are specified, and which of those written are kept."""
