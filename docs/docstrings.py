"""What docstrings have in common with reStructuredText, put into the Markdown that the site is made of."""

import re

from griffe import Extension

ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod|obj):`~?([^`]+)`")
TABLE = re.compile(r"^=+ [= ]+\n(?:.+\n)+?=+ [= ]+\n(?:.+\n)+?=+ [= ]+$", re.M)


class Docstrings(Extension):
    """Show Sphinx roles as plain code and simple tables as they stand, before docstrings are parsed."""

    def on_instance(self, *, obj, **kwargs):
        """Rewrite one docstring; griffe calls this for every object that it has read."""
        if obj.docstring:
            text = ROLE.sub(r"`\1`", obj.docstring.value)
            obj.docstring.value = TABLE.sub(r"```text\n\g<0>\n```", text)
