"""Sphinx roles in docstrings (``:func:`name```), which the site's Markdown does not know, become plain code."""

import re

from griffe import Extension

ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod|obj):`~?([^`]+)`")


class PlainRoles(Extension):
    """Rewrite the roles of every docstring before it is parsed."""

    def on_instance(self, *, obj, **kwargs):
        """Called by griffe for every object that it has read."""
        if obj.docstring:
            obj.docstring.value = ROLE.sub(r"`\1`", obj.docstring.value)
