"""Small real documents of many formats, made from nothing but the standard library."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from io import BytesIO

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument."


def make_pdf(pages: Sequence[str], *, encrypted: bool = False) -> bytes:
    """Return a PDF with one line of Helvetica for each line of each page.

    With `encrypted` it carries a standard security handler whose user password is not empty.
    """
    count = len(pages)
    numbers = [4 + 2 * index for index in range(count)]
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{' '.join(f'{n} 0 R' for n in numbers)}] /Count {count} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for number, page in zip(numbers, pages, strict=True):
        lines = "".join(f"({_escape_pdf(line)}) Tj T*\n" for line in page.split("\n"))
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td\n{lines}ET".encode("cp1252")
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)
    return _join_pdf(objects, encrypted)


def make_scan(width: int = 200, height: int = 100) -> bytes:
    """Return a PDF of one page that holds a white picture and no text."""
    picture = b"\xff" * (width * height)
    content = f"q {width} 0 0 {height} 72 500 cm /Im1 Do Q".encode()
    image = f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /XObject << /Im1 5 0 R >> >> >>",
        4: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        5: f"{image} /BitsPerComponent 8 /Length {len(picture)} >>\nstream\n".encode()
        + picture
        + b"\nendstream",
    }
    return _join_pdf(objects, encrypted=False)


def _join_pdf(objects: Mapping[int, bytes], encrypted: bool) -> bytes:
    body = b"%PDF-1.4\n"
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(body)
    size = max(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        body += b"%010d 00000 n \n" % offsets[number]
    # Neither key opens with an empty password, so a reader must ask for one.
    key = b"<" + b"5a" * 32 + b">"
    security = b" /Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O %s /U %s >>" % (key, key)
    extra = security + b" /ID [<00> <00>]" if encrypted else b""
    return body + b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, start)


def _escape_pdf(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def make_zip(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with these members."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_docx(paragraphs: Sequence[tuple[str, str]]) -> bytes:
    """Return a Word document; a paragraph is a style (`Heading1`, `Normal`) and its text."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:pPr><w:outlineLvl w:val="{level - 1}"/></w:pPr></w:style>'
        for level in (1, 2)
    )
    return _make_office(
        "word/document.xml",
        _KIND + "wordprocessingml.document.main+xml",
        {
            "word/document.xml": f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{namespace}">{styles}</w:styles>',
            "word/_rels/document.xml.rels": _make_relations({"rId1": ("styles", "styles.xml")}),
        },
    )


def make_xlsx(rows: Sequence[Sequence[str]], *, sheet: str = "Prices") -> bytes:
    """Return a workbook with one sheet of text cells."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            for column, value in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return _make_office(
        "xl/workbook.xml",
        _KIND + "spreadsheetml.sheet.main+xml",
        {
            "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{_RELATIONS}"><sheets>'
            f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _make_relations({"rId1": ("worksheet", "worksheets/sheet1.xml")}),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{namespace}"><sheetData>{cells}</sheetData></worksheet>',
        },
    )


def make_pptx(slides: Sequence[tuple[str, str]]) -> bytes:
    """Return a presentation; a slide is a title and a text."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    namespace = "http://schemas.openxmlformats.org/presentationml/2006/main"
    names = [f"slide{number}.xml" for number in range(1, len(slides) + 1)]
    parts: dict[str, str] = {}
    for name, (title, text) in zip(names, slides, strict=True):
        shapes = "".join(
            f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind}"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}"/></p:nvPr>'
            f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{content}</a:t></a:r></a:p></p:txBody></p:sp>"
            for number, (kind, content) in enumerate((("title", title), ("body", text)), start=2)
        )
        parts[f"ppt/slides/{name}"] = (
            f'<p:sld xmlns:p="{namespace}" xmlns:a="{drawing}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'
        )
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    parts["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="{namespace}" xmlns:r="{_RELATIONS}"><p:sldIdLst>{listed}</p:sldIdLst>'
        "</p:presentation>"
    )
    relations = {f"rId{number}": ("slide", f"slides/{name}") for number, name in enumerate(names, start=1)}
    parts["ppt/_rels/presentation.xml.rels"] = _make_relations(relations)
    return _make_office("ppt/presentation.xml", _KIND + "presentationml.presentation.main+xml", parts)


def _make_office(main: str, kind: str, parts: Mapping[str, str]) -> bytes:
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{kind}"/></Types>'
    )
    members = {
        "[Content_Types].xml": types,
        "_rels/.rels": _make_relations({"rId1": ("officeDocument", main)}),
        **parts,
    }
    header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return make_zip({name: (header + content).encode("utf-8") for name, content in members.items()})


def _make_relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def make_eml(
    *, subject: str, text: str, sender: str = "ada@example.com", to: str = "bob@example.com"
) -> bytes:
    """Return an e-mail with a plain body."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, to
    message["Date"] = "Mon, 03 Mar 2025 10:00:00 +0000"
    message.set_content(text)
    return message.as_bytes()


def make_notebook(cells: Sequence[tuple[str, str]], *, output: str = "") -> bytes:
    """Return a Jupyter notebook; a cell is its type and source, and each code cell prints `output`."""
    printed = [{"output_type": "stream", "name": "stdout", "text": [output]}] if output else []
    listed = [
        {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        | ({"outputs": printed, "execution_count": 1} if kind == "code" else {})
        for kind, source in cells
    ]
    metadata = {"language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": listed}).encode()


def make_zip_bomb(mebibytes: int = 32) -> bytes:
    """Return an archive of some kilobytes whose one member unpacks to many MiB of zeros."""
    return make_zip({"bomb.txt": b"0" * (mebibytes << 20)})
