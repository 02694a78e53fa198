"""A round trip through a real Label Studio: its server, two annotators in a browser, and what they must have said."""
