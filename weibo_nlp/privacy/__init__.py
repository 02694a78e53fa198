"""People out of data: pseudonyms by a local secret, masks in texts, and a look at what files still hold.

:func:`protect` takes people out of documents, :class:`Protection` out of texts, fields and rows; :func:`load_secret`
makes the secret of their pseudonyms on first use, and :func:`scan_files` says what files hold before they are given
away.
"""

from weibo_nlp.privacy.documents import ProtectedDocuments, protect
from weibo_nlp.privacy.protection import Protection
from weibo_nlp.privacy.pseudonyms import Pseudonyms
from weibo_nlp.privacy.rows import ProtectedRows
from weibo_nlp.privacy.scan import scan_files
from weibo_nlp.privacy.secret import Secret, load_secret, secret_path

__all__ = [
    "ProtectedDocuments",
    "ProtectedRows",
    "Protection",
    "Pseudonyms",
    "Secret",
    "load_secret",
    "protect",
    "scan_files",
    "secret_path",
]
