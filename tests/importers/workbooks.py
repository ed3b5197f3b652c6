"""Small workbooks, made by hand so that a test can put anything into them."""

import io
import zipfile

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
EXTENSION = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
# The formats that `make_xlsx` knows, by the number of the style: none, date, date and time,
# duration, time, percent.
STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellXfs count="6">'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/>'
    '<xf numFmtId="21"/><xf numFmtId="9"/></cellXfs>'
)
DATE, DATE_TIME, DURATION, TIME, PERCENT = 1, 2, 3, 4, 5


def text(value: str) -> str:
    """A cell with text."""
    return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    """A cell with a number as it is in the file, such as `1.5E+20`."""
    return f'<c s="{style}"><v>{value}</v></c>'


def make_sheet(*rows: list[str], more: str = "") -> str:
    """The XML of a sheet; `more` follows the rows, such as merged cells."""
    lines = "".join(f"<row>{''.join(cells)}</row>" for cells in rows)
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{lines}</sheetData>{more}</worksheet>'


def make_xlsx(**sheets: str) -> bytes:
    """An Excel workbook with sheets of that XML; a name that starts with `hidden` is hidden."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if name.startswith('hidden') else ''}/>"
        for at, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{DOCUMENT}/worksheet" Target="worksheets/s{at}.xml"/>'
        for at, _ in enumerate(names, 1)
    )
    links += f'<Relationship Id="rId0" Type="{DOCUMENT}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{DOCUMENT}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{links}</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}">{STYLES}</styleSheet>',
    }
    parts |= {f"xl/worksheets/s{at}.xml": sheets[name] for at, name in enumerate(names, 1)}
    return make_zip(parts)


def make_ods(rows: str, name: str = "Sheet1") -> bytes:
    """An OpenDocument workbook with rows of that XML."""
    spaces = "".join(
        f' xmlns:{each}="{OPEN_DOCUMENT}:{each}:1.0"' for each in ("office", "table", "text")
    )
    spaces += (
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    return make_zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest xmlns="{OPEN_DOCUMENT}:manifest:1.0"/>',
            "content.xml": f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="{name}">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_text(value: str) -> str:
    """A cell with text."""
    return (
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    )


def ods_cell(kind: str, attributes: str) -> str:
    """A cell with another value, such as `office:value="1.5"`."""
    return (
        f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>shown</text:p>'
        "</table:table-cell>"
    )


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def make_zip(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()
