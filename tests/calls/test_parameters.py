"""Parameters are serialised according to OpenAPI and RFC 6570, and stay within their place."""

import json
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.parameters import write_parameter
from playground.calls.substitution import AssemblyError, PartWriter, ReferenceValues, Variables
from playground.calls.values import Secret
from playground.jsontext.parsing import NumberToken, parse
from playground.openapi.parameters import Parameter

STRING, NUMBER = {"type": "string"}, {"type": "number"}
ARRAY, OBJECT = {"type": "array"}, {"type": "object"}
COLOURS = '["blue", "black", "brown"]'
RGB = '{"R": 100, "G": 200, "B": 150}'
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def make(schema, **more) -> Parameter:
    return Parameter("color", "Color", "", False, schema, **more)


def write(parameter: Parameter, typed: str, **more) -> str:
    """The parts joined as in their place, with the secrets written out."""
    secrets = {each.name: each for each in more.pop("secrets", ())}
    values = ReferenceValues(Variables(more.pop("variables", {})), secrets, **more)
    written = []
    for part in write_parameter(parameter, typed, values):
        writer = PartWriter("url", "url")
        writer.write(part)
        written.append(writer.data.decode())
    return {"query": "&", "cookie": "; "}.get(parameter.place, "").join(written)


# OpenAPI 3.1.1, 4.8.12.4. `label` as in 3.0.4 and RFC 6570: 3.0.3 had dots instead of commas.
@pytest.mark.parametrize(
    ("place", "style", "explode", "empty", "text", "array", "object_"),
    [
        ("path", "matrix", False, ";color", ";color=blue", ";color=blue,black,brown",
         ";color=R,100,G,200,B,150"),
        ("path", "matrix", True, ";color", ";color=blue", ";color=blue;color=black;color=brown",
         ";R=100;G=200;B=150"),
        ("path", "label", False, ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("path", "label", True, ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("path", "simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("path", "simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("header", "simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("header", "simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("query", "form", False, "color=", "color=blue", "color=blue,black,brown",
         "color=R,100,G,200,B,150"),
        ("query", "form", True, "color=", "color=blue", "color=blue&color=black&color=brown",
         "R=100&G=200&B=150"),
        ("query", "spaceDelimited", False, "color=", "color=blue", "color=blue%20black%20brown",
         "color=R%20100%20G%20200%20B%20150"),
        ("query", "pipeDelimited", False, "color=", "color=blue", "color=blue%7Cblack%7Cbrown",
         "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("query", "deepObject", True, "color=", "color=blue",
         "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
         "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ("cookie", "form", False, "color=", "color=blue", "color=blue,black,brown",
         "color=R,100,G,200,B,150"),
        ("cookie", "form", True, "color=", "color=blue", "color=blue; color=black; color=brown",
         "R=100; G=200; B=150"),
        ("cookie", "cookie", True, "color=", "color=blue", "color=blue; color=black; color=brown",
         "R=100; G=200; B=150"),
    ],
)  # fmt: skip
def test_each_style_writes_what_the_specification_shows(
    place, style, explode, empty, text, array, object_
) -> None:
    more = {"place": place, "style": style, "explode": explode}
    assert write(make(STRING, **more), "") == empty
    assert write(make(STRING, **more), "blue") == text
    assert write(make(ARRAY, **more), COLOURS) == array
    assert write(make(OBJECT, **more), RGB) == object_


@pytest.mark.parametrize(
    ("place", "style", "explode"),
    [("path", "simple", False), ("query", "form", True), ("header", "simple", False),
     ("cookie", "form", True)],
)  # fmt: skip
def test_each_place_has_its_default_style(place, style, explode) -> None:
    plain, explicit = make(ARRAY, place=place), make(ARRAY, place=place, style=style)
    assert (plain.chosen_style, plain.explodes) == (style, explode)
    assert write(plain, COLOURS) == write(explicit, COLOURS)
    assert make(ARRAY, place=place, style="pipeDelimited").explodes is False


@pytest.mark.parametrize(
    ("schema", "typed", "written"),
    [
        (NUMBER, "1.10", "color=1.10"),
        ({"type": "integer"}, "12345678901234567890", "color=12345678901234567890"),
        ({"type": "boolean"}, "true", "color=true"),
        (ARRAY, "[1.10, 12345678901234567890, 1e400, -0, true]",
         "color=1.10,12345678901234567890,1e400,-0,true"),
        (OBJECT, '{"n": 1.10, "t": true}', "color=n,1.10,t,true"),
        # Absent values aren't sent (RFC 6570, 3.2.1).
        (ARRAY, "[]", ""),
        (OBJECT, "{}", ""),
        (ARRAY, "null", ""),
        (ARRAY, "[null]", ""),
        (ARRAY, '["a", null, "b"]', "color=a,b"),
        (ARRAY, '[""]', "color="),
        (OBJECT, '{"a": null, "b": ""}', "color=b,"),
        # A text may look like JSON, and a value of any type like text.
        (STRING, '["a"]', "color=%5B%22a%22%5D"),
        ({}, '["a", "b"]', "color=a,b"),
        ({}, "[a", "color=%5Ba"),
        ({"oneOf": [STRING, ARRAY]}, "5", "color=5"),
        ({"anyOf": [{"type": "null"}, {"items": STRING}]}, '["5"]', "color=5"),
        ({"type": ["array", "null"]}, '["é"]', "color=%C3%A9"),
    ],
)  # fmt: skip
def test_values_keep_their_tokens(schema, typed, written) -> None:
    assert write(make(schema, place="query", explode=False), typed) == written


@pytest.mark.parametrize(
    ("typed", "plain", "reserved"),
    [
        ("a/b?c:d@e", "a%2Fb%3Fc%3Ad%40e", "a/b?c:d@e"),
        ("a,b;c!$'()*", "a%2Cb%3Bc%21%24%27%28%29%2A", "a,b;c!$'()*"),
        # These have a special meaning in a query, so they are always encoded.
        ("a&b=c+d#e[f]", "a%26b%3Dc%2Bd%23e%5Bf%5D", "a%26b%3Dc%2Bd%23e%5Bf%5D"),
        ("100%41 %zz", "100%2541%20%25zz", "100%41%20%25zz"),
        ("日本 -._~", "%E6%97%A5%E6%9C%AC%20-._~", "%E6%97%A5%E6%9C%AC%20-._~"),
    ],
)
def test_reserved_characters_are_encoded_unless_they_are_allowed(typed, plain, reserved) -> None:
    assert write(make(STRING, place="query"), typed) == f"color={plain}"
    assert write(make(STRING, place="query", allow_reserved=True), typed) == f"color={reserved}"


def test_a_reserved_comma_does_not_split_an_item() -> None:
    parameter = make(ARRAY, place="query", explode=False, allow_reserved=True)
    assert write(parameter, '["a,b", "c/d"]') == "color=a%2Cb,c/d"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ('{"a": {"b": {"c": 1.10}}}', "color[a][b][c]=1.10"),
        ('{"a": ["x", "y"]}', "color[a][0]=x&color[a][1]=y"),
        ('{"a": [{"b": 1}, {"b": null}]}', "color[a][0][b]=1"),
        ('{"a b": "c&d"}', "color[a b]=c&d"),
        ('{"gt": ""}', "color[gt]="),
    ],
)
def test_deep_objects_nest(typed, written) -> None:
    sent = write(make(OBJECT, place="query", style="deepObject"), typed)
    assert unquote(sent) == written
    assert "[" not in sent


def test_an_exploded_form_repeats_the_key_of_an_array() -> None:
    sent = write(make(OBJECT, place="query"), '{"page": 0, "sort": ["name", "id"]}')
    assert sent == "page=0&sort=name&sort=id"


@pytest.mark.parametrize(
    ("more", "typed", "written"),
    [
        ({"place": "query"}, '{"a": ["é", 1.10]}',
         "color=%7B%22a%22%3A%5B%22%C3%A9%22%2C1.10%5D%7D"),
        ({"place": "path"}, '["/"]', "%5B%22%2F%22%5D"),
        ({"place": "header"}, '{"a": "é日😀"}', '{"a":"\\u00e9\\u65e5\\ud83d\\ude00"}'),
        ({"place": "cookie"}, '"a;b"', "color=%22a%3Bb%22"),
        ({"place": "query"}, "null", "color=null"),
    ],
)  # fmt: skip
def test_content_is_sent_as_json(more, typed, written) -> None:
    assert write(make({}, media_type="application/json", **more), typed) == written


def test_content_of_another_type_is_sent_as_typed() -> None:
    assert write(make({}, place="query", media_type="text/plain"), '"a"') == "color=%22a%22"


@pytest.mark.parametrize(
    ("schema", "more", "typed", "code", "params"),
    [
        (ARRAY, {}, "blue", "parameter-broken", {}),
        (OBJECT, {}, "", "parameter-broken", {}),
        (ARRAY, {}, '[["a"]]', "parameter-nested", {"inner": "an item", "style": "form"}),
        (OBJECT, {}, '{"a": {"b": 1}}', "parameter-nested", {"inner": "a"}),
        (OBJECT, {"explode": False}, '{"a": [1]}', "parameter-nested", {"inner": "a"}),
        (ARRAY, {"style": "pipeDelimited"}, '["a|b"]', "parameter-delimiter", {"delimiter": "|"}),
        (ARRAY, {"style": "spaceDelimited"}, '["a b"]', "parameter-delimiter",
         {"delimiter": "a space"}),
        (ARRAY, {"style": "pipeDelimited"}, '["{{secret:key}}"]', "parameter-delimiter", {}),
        (ARRAY, {"place": "header"}, '["a,b"]', "parameter-delimiter", {"delimiter": "a comma"}),
        (OBJECT, {"place": "header", "explode": True}, '{"a=b": 1}', "parameter-delimiter", {}),
        (STRING, {"place": "header"}, "a\r\nX: y", "parameter-unsafe", {"found": "U+000D"}),
        (STRING, {"place": "header"}, "日", "parameter-unsafe", {"found": "日"}),
        (STRING, {"place": "header"}, "{{name}}", "parameter-unsafe", {"found": "U+000A"}),
        (STRING, {"place": "header"}, "{{secret:line}}", "parameter-unsafe", {"found": "U+000A"}),
        (STRING, {"place": "cookie", "style": "cookie"}, "a;b", "parameter-unsafe", {"found": ";"}),
        ({}, {"media_type": "application/json"}, "{", "parameter-broken", {}),
        (ARRAY, {"place": "path", "style": "label", "explode": True}, '["{{secret:dot}}"]',
         "parameter-delimiter", {"delimiter": "."}),
    ],
)  # fmt: skip
def test_what_a_style_cannot_express_is_an_error(schema, more, typed, code, params) -> None:
    secrets = [Secret("key", "a|b"), Secret("line", "a\nb"), Secret("dot", "a.b")]
    with pytest.raises(AssemblyError) as raised:
        write(
            make(schema, **{"place": "query", **more}),
            typed,
            variables={"name": "a\nb"},
            secrets=secrets,
        )
    assert raised.value.code == code
    assert params.items() <= raised.value.params.items()
    assert raised.value.params["title"] == "Color"


def test_references_are_replaced_once_and_never_leave_their_place() -> None:
    variables = {
        "text": "a&b={{n}}",
        "n": NumberToken("1.10"),
        "list": parse('["x", 2.50]'),
        "none": None,
        "yes": True,
    }
    secrets = [Secret("key", "s&=#/{{n}}")]
    text, array = make(STRING, place="query"), make(ARRAY, place="query")
    known = {"variables": variables, "secrets": secrets}
    assert write(text, "{{text}}-{{n}}-{{yes}}", **known) == (
        "color=a%26b%3D%7B%7Bn%7D%7D-1.10-true"
    )
    assert write(text, "{{secret:key}}", **known) == "color=s%26%3D%23%2F%7B%7Bn%7D%7D"
    assert write(text, r"\{{n}}", **known) == "color=%7B%7Bn%7D%7D"
    assert write(array, '["{{n}}", "{{secret:key}}", "{{n}}{{n}}"]', **known) == (
        "color=1.10&color=s%26%3D%23%2F%7B%7Bn%7D%7D&color=1.101.10"
    )
    # A variable alone takes the type of its value.
    assert write(array, "{{list}}", **known) == "color=x&color=2.50"
    assert write(array, '["{{none}}"]', **known) == ""
    assert write(array, "{{none}}", **known) == ""
    content = make({}, place="query", media_type="application/json")
    assert write(content, "{{list}}", **known) == "color=%5B%22x%22%2C2.50%5D"
    quoted = Secret("quoted", 'a"&')
    sent = write(content, '["{{secret:quoted}}"]', variables={}, secrets=[quoted])
    assert json.loads(unquote(sent).removeprefix("color=")) == ['a"&']


def test_a_reference_to_nothing_is_an_error() -> None:
    for typed, code in {"{{who}}": "variable-unknown", "{{secret:who}}": "secret-unknown"}.items():
        with pytest.raises(AssemblyError) as raised:
            write(make(ARRAY, place="query"), f'["{typed}"]')
        assert raised.value.code == code


@given(TEXTS)
def test_any_text_comes_back(value: str) -> None:
    typed = value.replace("{{", r"\{{")
    [(name, found)] = parse_qsl(write(make(STRING, place="query"), typed), keep_blank_values=True)
    assert (name, found) == ("color", value)
    assert unquote(write(make(STRING, place="path"), typed)) == value
    # Anything that looks percent-encoded is left alone; everything else round-trips.
    if "%" not in value:
        sent = write(make(STRING, place="query", allow_reserved=True), typed)
        assert parse_qsl(sent, keep_blank_values=True) == [("color", value)]


@given(st.lists(TEXTS, min_size=1))
def test_any_array_comes_back(items: list[str]) -> None:
    typed = json.dumps([each.replace("{{", r"\{{") for each in items])
    sent = write(make(ARRAY, place="query"), typed)
    assert parse_qsl(sent, keep_blank_values=True) == [("color", each) for each in items]
    for more in ({"place": "path"}, {"place": "query", "explode": False}):
        joined = write(make(ARRAY, **more), typed).removeprefix("color=")
        assert [unquote(each) for each in joined.split(",")] == items
    exploded = write(make(ARRAY, place="path", style="label", explode=True), typed)
    assert [unquote(each) for each in exploded.removeprefix(".").split(".")] == items


@given(st.dictionaries(TEXTS, TEXTS, min_size=1))
def test_any_object_comes_back(value: dict[str, str]) -> None:
    typed = json.dumps({key: each.replace("{{", r"\{{") for key, each in value.items()})
    sent = write(make(OBJECT, place="query"), typed)
    assert dict(parse_qsl(sent, keep_blank_values=True)) == value
    deep = write(make(OBJECT, place="query", style="deepObject"), typed)
    found = dict(parse_qsl(deep, keep_blank_values=True))
    assert found == {f"color[{key}]": each for key, each in value.items()}
    matrix = write(make(OBJECT, place="path", style="matrix", explode=True), typed)
    pairs = (each.split("=") for each in matrix.removeprefix(";").split(";"))
    assert {unquote(key): unquote(each) for key, each in pairs} == value
