"""Tables with titles, and the cells and messages expected from every reader of rows.

All know the columns `first_name`, `last_name` and `company_name`. `RIGHT` has the expected rows,
and words of each note; `WRONG` has words of the rejection.
"""

from dataclasses import dataclass

ADA = {"first_name": "Ada", "last_name": "Lovelace"}
BLANK = "blank row"


@dataclass(frozen=True)
class Case:
    """Text, the objects of its rows without empty cells, and words of its notes."""

    text: str
    rows: list[dict[str, str]]
    notes: tuple[str, ...] = ()


def one(**cells: str) -> list[dict[str, str]]:
    return [cells]


RIGHT = {
    "commas": Case("first_name,last_name\nAda,Lovelace\n", [ADA]),
    "semicolons": Case("first_name;last_name\nAda;Lovelace", [ADA]),
    "tabs": Case("first_name\tlast_name\r\nAda\tLovelace\r\n", [ADA]),
    "pipes": Case("first_name|last_name\nAda|Lovelace\n", [ADA]),
    "old Mac line ends": Case("first_name,last_name\rAda,Lovelace\r", [ADA]),
    "Excel's declaration": Case("sep=;\nfirst_name;last_name\nAda;Lovelace\n", [ADA]),
    "byte-order mark": Case("\ufefffirst_name,last_name\nAda,Lovelace\n", [ADA]),
    "commas in semicolons": Case(
        "first_name;company_name\nAda;1,50\n", one(first_name="Ada", company_name="1,50")
    ),
    "semicolons in quotes": Case(
        'first_name;last_name;company_name\nAda;Lovelace;"Acme; Inc"\n',
        [{**ADA, "company_name": "Acme; Inc"}],
    ),
    "a separator in a quoted title": Case(
        '"first_name";"note, or more"\nAda;x\n',
        one(**{"first_name": "Ada", "note, or more": "x"}),
        ("Unknown column: note, or more.",),
    ),
    "doubled quotes": Case('first_name,last_name\n"Ada ""A""",x\n',
                           one(first_name='Ada "A"', last_name="x")),
    "a quote inside a cell": Case("first_name,last_name\n5\" pipe,x\n",
                                  one(first_name='5" pipe', last_name="x")),
    "blanks around quotes": Case('first_name,last_name\n"Ada" , "L, A"\n',
                                 one(first_name="Ada", last_name="L, A")),
    "line breaks in cells": Case(
        'first_name,last_name\n"A\r\nB\nC\rD",x\ny,z\n',
        [{"first_name": "A\r\nB\nC\rD", "last_name": "x"}, {"first_name": "y", "last_name": "z"}],
    ),
    "white space in cells": Case("first_name,last_name\n Ada , L\n",
                                 one(first_name=" Ada ", last_name=" L")),
    "titles trimmed, in another case": Case(" FIRST_NAME ,\tLast_Name\u00a0\nAda,Lovelace\n",
                                            [ADA]),
    "labels": Case("First name;last-name;COMPANY NAME\nAda;Lovelace;Acme\n",
                   [{**ADA, "company_name": "Acme"}]),
    "labels in other spellings": Case("firstName;Last-Name;Company  Name\nAda;Lovelace;Acme\n",
                                      [{**ADA, "company_name": "Acme"}]),
    "columns in another order": Case("last_name,first_name\nLovelace,Ada\n", [ADA]),
    "an unknown title": Case(
        "first_name,Note\nAda,x\n", one(first_name="Ada", Note="x"),
        ("Unknown column: Note. Known columns: first_name, last_name",),
    ),
    "empty titles at the end": Case("first_name\tlast_name\t\t\nAda\tLovelace\t\t\n", [ADA]),
    "an empty column": Case("first_name,last_name,company_name\nAda,Lovelace,\n", [ADA]),
    "a column without name and values": Case(
        "first_name,,last_name\nAda,,Lovelace\n", [ADA], ("Column 2 has no name",)
    ),
    "blank rows at the end": Case(
        "first_name,last_name\r\nAda,Lovelace\r\n,\r\n,\r\n", [ADA],
        ("2 blank rows left out (lines 3 and 4).",),
    ),
    "blank rows anywhere": Case(
        "\n , \nfirst_name,last_name\n\nAda,Lovelace\n \t,\n", [ADA],
        ("4 blank rows left out (lines 1, 2, 4 and 6).",),
    ),
    "a short row": Case("first_name,last_name\nAda\nAda,Lovelace\n", [{"first_name": "Ada"}, ADA],
                        ("Fewer cells than columns in line 2.",)),
    "a long row of empty cells": Case("first_name,last_name\nAda,Lovelace,,\n", [ADA]),
    "one column": Case(
        "first_name\nAda\nGrace\n", [{"first_name": "Ada"}, {"first_name": "Grace"}]
    ),
    "one column with commas": Case(
        "company_name\nParis, France\n1,50;2\n",
        [{"company_name": "Paris, France"}, {"company_name": "1,50;2"}],
    ),
    "a quote that opens a tabbed cell": Case(
        'first_name\tlast_name\nAda\t"the Count\nBob\t5"\n',
        [
            {"first_name": "Ada", "last_name": '"the Count'},
            {"first_name": "Bob", "last_name": '5"'},
        ],
    ),
    "a quoted word in a tabbed cell": Case(
        'first_name\tlast_name\n"Ada" A\tx\n', one(first_name='"Ada" A', last_name="x")
    ),
    "leading zeros": Case("first_name;last_name\n00501;+49\n",
                          one(first_name="00501", last_name="+49")),
}  # fmt: skip
WRONG = {
    "nothing": ("", "is empty"),
    "only line breaks": ("\r\n\n", "is empty"),
    "only separators": (",,\n,,\n", "is empty"),
    "only titles": ("first_name,last_name\n", "titles but no rows"),
    "only titles and blank rows": ("first_name,last_name\n,\n", "titles but no rows"),
    "two columns of one name": ("first_name,First Name\nAda,x\n", "columns are named first_name"),
    "a value without a title": ("first_name,,last_name\nA,x,L\n", "Line 2 has a value in column 2"),
    "a value beyond the titles": ("first_name,last_name,\nA,B,C\n", "that column has no name"),
    "a long row": ("first_name,last_name\nA,B\nA,B,C\n", "Line 3 has more cells"),
    "an unclosed quote": ('first_name,last_name\n"A\nx,y\n', "Line 2: a quote is never closed"),
    "an unclosed quote before another": ('first_name,last_name\nA,"B\nC,"D"\n', "Line 2: a quote"),
    "an unclosed quote after lines": ('first_name,last_name\n"a\nb","c\n', "Line 3: a quote"),
    "an unclosed quote in a title": ('first_name,"last_name\nA,B\n', "Line 1: a quote"),
    "text after a quote": ('first_name,last_name\n"A"B,C\n', "Line 2: a quote"),
    "NUL": ("first_name,last_name\nA,B\0\n", "Line 2 has a NUL"),
}  # fmt: skip
