"""Sheets for annotators in the formats that they open, and answers read back from them."""
