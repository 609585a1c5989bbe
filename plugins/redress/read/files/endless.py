"""Refuse PDFs that parsers would follow without end, because objects refer to themselves or forms draw
themselves.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral, literal_name

MOST_REFERENCES = 16
"""The longest allowed chain of objects that are nothing but a reference to the next object."""
MOST_DEEP = 20
"""The deepest nesting of forms within forms; pdfium draws them 40 deep."""
MOST_DRAWN = 10_000
"""The most forms that one form may draw in all, including the forms within its forms."""

_FORM = re.compile(rb"/Subtype\s*/Form\b")
_DRAWS = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")


class EndlessError(Exception):
    """An object or a form of a file leads back to itself, or on to too many others. The message says which object
    or form, and how.
    """


def refuse_endless_references(content: bytes) -> None:
    """Raise EndlessError if an object of a PDF is a reference that leads back to itself, or over more than
    MOST_REFERENCES objects.

    pdfminer follows references and would never return. Other faults of a file are not reported here.
    """
    document = _document(content)
    if document is not None:
        for _ in document.objects:
            pass


def refuse_endless_forms(content: bytes) -> None:
    """Raise EndlessError if a form of a PDF draws itself, or draws so many or so deeply nested forms that pdfium
    would never return.
    """
    document = _document(content) if _FORM.search(content) else None
    if document is None:
        return
    forms = _Forms(document)
    for number in forms.streams:
        forms.drawn_by(number)


class _Document(PDFDocument):
    """The objects of a PDF. References to references are followed to the object at their end."""

    def getobj(self, objid: int) -> object:
        """Return the object with a number. If this object is only a reference, return the object at the end of the
        references.

        Raise EndlessError if the references never come to an end.
        """
        found = super().getobj(objid)
        for _ in range(MOST_REFERENCES):
            if not isinstance(found, PDFObjRef):
                return found
            found = super().getobj(found.objid)
        raise EndlessError(
            f"object {objid} refers to itself, or over more than {MOST_REFERENCES} objects to another"
        )

    @property
    def objects(self) -> Iterator[tuple[int, object]]:
        """Yield all objects with their numbers, except objects that cannot be parsed."""
        for number in sorted({number for xref in self.xrefs for number in xref.get_objids()}):
            try:
                yield number, self.getobj(number)
            except (EndlessError, MemoryError):
                raise
            except Exception:  # noqa: S112 - a damaged object can raise anything, and is reported where it is read
                continue


def _document(content: bytes) -> _Document | None:
    """Return the objects of a PDF; None if the PDF cannot be parsed or is encrypted. Raise EndlessError if
    references between the objects never come to an end.
    """
    try:
        return _Document(PDFParser(io.BytesIO(content)))
    except (EndlessError, MemoryError):
        raise
    except Exception:  # a damaged file can make a parser raise anything, and is reported where it is read
        return None


class _Forms:
    """The forms of a file (drawings that pages and other forms draw by name), by the numbers of their objects."""

    def __init__(self, document: _Document) -> None:
        self.streams: dict[int, PDFStream] = {}
        self._counts: dict[int, int] = {}
        self._all_names: dict[str, set[int]] = {}
        for number, found in document.objects:
            if isinstance(found, PDFStream) and _name(resolve1(found.get("Subtype"))) == "Form":
                self.streams[number] = found
            holder = found.attrs if isinstance(found, PDFStream) else found
            resources = resolve1(holder.get("Resources")) if isinstance(holder, dict) else None
            for name, drawn in _named(resources) if isinstance(resources, dict) else ():
                self._all_names.setdefault(name, set()).add(drawn)

    def drawn_by(self, number: int, above: tuple[int, ...] = ()) -> int:
        """Return how many forms are drawn when a form is drawn, the form itself included. `above` has the forms
        within which this form is drawn, the outermost first.

        Raise EndlessError if the form draws itself, or if its forms exceed MOST_DEEP or MOST_DRAWN.
        """
        if number in above:
            raise EndlessError(f"object {number}, a drawing, draws itself")
        if len(above) > MOST_DEEP:
            raise EndlessError(
                f"object {above[0]}, a drawing, has more than {MOST_DEEP} drawings within each other"
            )
        if number not in self._counts:
            within = (
                times * self.drawn_by(other, (*above, number))
                for name, times in self._names_drawn(number).items()
                for other in self._called(number, name)
            )
            self._counts[number] = 1 + sum(within)
        if self._counts[number] > MOST_DRAWN:
            raise EndlessError(f"object {number}, a drawing, draws more than {MOST_DRAWN:,} others")
        return self._counts[number]

    def _names_drawn(self, number: int) -> Counter[str]:
        try:
            content = self.streams[number].get_data()
        except MemoryError:
            raise
        except Exception:  # a damaged stream draws nothing
            return Counter()
        return Counter(name.decode("latin-1") for name in _DRAWS.findall(content))

    def _called(self, number: int, name: str) -> frozenset[int]:
        """Return the object numbers of the forms that the form `number` draws by the name `name`. If the form has
        no resource dictionary, look the name up in all resource dictionaries of the file.
        """
        own = resolve1(self.streams[number].get("Resources"))
        if isinstance(own, dict):
            return frozenset(found for called, found in _named(own) if called == name) & self.streams.keys()
        return frozenset(self._all_names.get(name, ())) & self.streams.keys()


def _named(resources: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the names of drawings in a form's resource dictionary (/XObject), each with the number of the drawing's
    object in the file.
    """
    names = resolve1(resources.get("XObject"))
    if isinstance(names, dict):
        yield from ((name, found.objid) for name, found in names.items() if isinstance(found, PDFObjRef))


def _name(value: object) -> str | None:
    return str(literal_name(value)) if isinstance(value, PSLiteral) else None
