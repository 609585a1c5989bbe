"""Decode the bytes of a web page as browsers do."""

import re

import webencodings
from tinyhtml5.inputstream import EncodingParser

from redress.read.files.text import decoded

_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_XML = re.compile(rb"\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_IN_PLACE_OF = {"utf-16be": "utf-8", "utf-16le": "utf-8", "x-user-defined": "windows-1252"}
"""If a page declares an encoding in which the declaration itself could not be read as it is, another is meant.
Source: the HTML standard, "Prescan a byte stream"."""


def decoded_page(content: bytes) -> str:
    """Decode a page by its byte order mark or, without a mark, by the encoding that the page declares. A name that
    the Encoding standard does not know declares nothing.
    """
    encoding = None if content.startswith(_MARKS) else _declared(content)
    if encoding is None:
        return decoded(content)
    encoding = webencodings.lookup(_IN_PLACE_OF.get(encoding.name, encoding.name))
    return str(encoding.codec_info.decode(content, "replace")[0])


def _declared(content: bytes) -> webencodings.Encoding | None:
    encoding = EncodingParser(content).get_encoding()
    if encoding is None and (found := _XML.match(content)) is not None:
        encoding = webencodings.lookup(found[1].decode("ascii"))
    return encoding
