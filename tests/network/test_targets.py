"""A URL with an ambiguous spelling is refused; any other has one canonical form."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.network import GuardRefusal, Policy, check_target
from playground.network.messages import GuardRefused
from playground.network.targets import read_target

AMBIGUOUS = {
    "url-empty": [""],
    "url-too-long": ["http://example.com/" + "a" * 8192],
    "url-control": [
        "http://example.com/\x00",
        "http://exam\tple.com/",
        "http://example.com/\n",
        "\nhttp://example.com/",
        "http://example.com/\r\nHost: evil.example",
        "http://example.com\x7f/",
        "http://example.com/\x85",
        "http://exam\u00adple.com/",
        "http://exam\u200bple.com/",
        "http://\u202eexample.com/",
        "http://example\ufeff.com/",
        "http://example.com/\ud800",
    ],
    "url-blank": [
        " http://example.com/",
        "http://example.com/ ",
        "http://example.com /",
        "http://exam ple.com/",
        "http://example.com/a b",
        "http://example.com/\u00a0",
        "http://example.com\u3000/",
    ],
    "url-backslash": [
        "http://127.0.0.1\\@example.com/",
        "http:\\\\example.com/",
        "http://example.com\\",
        "http://example.com/a\\b",
        "http://example.com\\.evil.example/",
    ],
    "url-scheme": [
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "http:example.com",
        "http:/example.com/",
        "httpx://example.com/",
        "http+unix://example.com/",
        "ｈttp://example.com/",
    ],
    "url-user": [
        "http://user@example.com/",
        "http://user:word@example.com/",
        "http://@example.com/",
        "http://a@b@example.com/",
        "http://example.com:80@127.0.0.1/",
        "http://example.com@127.0.0.1:80/",
    ],
    "url-fragment": [
        "http://example.com/#",
        "http://example.com/#@evil.example/",
        "http://example.com#@evil.example/",
    ],
    "url-percent": ["http://example.com/%", "http://example.com/%zz", "http://example.com/?a=%4"],
    "url-dots": [
        "http://example.com/..",
        "http://example.com/a/../b",
        "http://example.com/./a",
        "http://example.com/%2e%2e/a",
        "http://example.com/.%2E/a",
    ],
    "host-missing": [
        "http://",
        "http:///",
        "http:///example.com/",
        "http://:80/",
        "http://?a",
        "http://::1/",
    ],
    "host-odd": [
        "http://exam%70le.com/",
        "http://127.0.0.1%2f@x/".replace("@", ""),
        "http://example.com,evil.example/",
        "http://exam*ple.com/",
        "http://-example.com/",
        "http://example-.com/",
        "http://{host}/",
        "http://example.com;a/",
        "http://bü cher.example/".replace(" ", "!"),
    ],
    "host-label": [
        "http://example..com/",
        "http://.example.com/",
        "http://example.com./",
        "http://./",
        f"http://{'a' * 64}.example/",
        f"http://{'.'.join(['a' * 60] * 5)}/",
        "http://bücher..example/",
    ],
    "host-number": [
        "http://2130706433/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://127.0.0.0x1/",
        "http://0/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://example.1/",
        "http://a.0x/",
        "http://1.2.3.999/",
    ],
    "host-ipv6": [
        "http://[::1/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1].example.com/",
        "http://[1.2.3.4]/",
        "http://[:::1]/",
        "http://[::g]/",
        "http://[1:2:3]/",
        "http://[v1.a]/",
        "http://[::１]/",
        "http://[example.com]/",
        "http://[::127.0.0.01]/",
    ],
    "host-zone": [
        "http://[fe80::1%eth0]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1%lo]/",
    ],
    "host-foreign": [
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://example．com/",
        "http://example｡com/",
        "http://ｅxample.com/",
        "http://①②⑦.0.0.1/",
        "http://١٢٧.0.0.1/",
        "http://examp\u2113e.com/",
        "http://\u212aelvin.example/",
        "http://ﬁle.example/",
        "http://☃.example/",
        "http://example.com／path",
        "http://a\uff0fb.example/",
        "http://example.com\uff20127.0.0.1/",
        "http://\u2488com/",
    ],
    "host-idna": [
        "http://xn--a\u0308.example/",
        f"http://{'ü' * 64}.example/",
        "http://\u0301abc.example/",
    ],
    "port-bad": [
        "http://example.com:/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:080/",
        "http://example.com:8o/",
        "http://example.com:-1/",
        "http://example.com:+80/",
        "http://example.com:８０/",
        "http://example.com:80:80/",
        "http://[::1]:/",
        "http://[::1]:99999/",
    ],
}
REFUSED = [(code, url) for code, urls in AMBIGUOUS.items() for url in urls]
CANONICAL = {
    "http://example.com": "http://example.com/",
    "HTTP://EXAMPLE.com/A": "http://example.com/A",
    "http://example.com:80/": "http://example.com/",
    "https://example.com:443/": "https://example.com/",
    "https://example.com:80/": "https://example.com:80/",
    "http://example.com?a=b": "http://example.com/?a=b",
    "http://example.com/a//b/": "http://example.com/a//b/",
    "http://example.com/a@b": "http://example.com/a@b",
    "http://example.com/?u=http://x@y/": "http://example.com/?u=http://x@y/",
    "http://example.com/%7e%2F": "http://example.com/%7e%2F",
    "http://example.com/ä?ö=ü": "http://example.com/%C3%A4?%C3%B6=%C3%BC",
    "http://example.com/{a}|<b>": "http://example.com/%7Ba%7D%7C%3Cb%3E",
    "http://example.com/..a/.b": "http://example.com/..a/.b",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://BÜCHER.example/": "http://xn--bcher-kva.example/",
    "http://faß.example/": "http://xn--fa-hia.example/",
    "http://日本.example/": "http://xn--wgv71a.example/",
    "http://пример.example/": "http://xn--e1afmkfd.example/",
    "http://bu\u0308cher.example/": "http://xn--bcher-kva.example/",
    "http://xn--bcher-kva.example/": "http://xn--bcher-kva.example/",
    "http://my_service:8080/": "http://my_service:8080/",
    "http://1.2.3.4:8080/": "http://1.2.3.4:8080/",
    "http://1.example/": "http://1.example/",
    "http://0x7f.example/": "http://0x7f.example/",
    "http://[2606:4700:0:0::1111]/": "http://[2606:4700::1111]/",
    "http://[2A00::1]:8080/": "http://[2a00::1]:8080/",
    "http://[::ffff:1.2.3.4]/": "http://[::ffff:102:304]/",
}


@pytest.mark.parametrize(("code", "url"), REFUSED)
def test_an_ambiguous_url_is_refused(code: str, url: str) -> None:
    with pytest.raises(GuardRefused) as refused:
        read_target(url)
    assert refused.value.code == code


@pytest.mark.parametrize(("code", "url"), REFUSED)
def test_an_ambiguous_url_is_refused_before_any_name_is_looked_up(code, url, resolve) -> None:
    asked = resolve("example.com", "93.184.216.34")
    judged = check_target(url, Policy.read(["0.0.0.0/0", "::/0", "example.com"]))
    assert isinstance(judged, GuardRefusal)
    assert judged.message[0].isupper()
    assert judged.message.endswith(".")
    assert asked == []


@pytest.mark.parametrize(("url", "canonical"), CANONICAL.items())
def test_a_url_has_one_canonical_form(url: str, canonical: str) -> None:
    target = read_target(url)
    assert target.url == canonical
    assert read_target(target.url) == target


URL_CHARACTERS = st.sampled_from(list("htps:/@\\.?#[]%0127aé．。１\u00ad\x00 xn-_ü:"))


@given(st.one_of(st.text(URL_CHARACTERS), st.text()))
def test_what_is_allowed_means_the_same_to_other_parsers(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.com{text}"):
        try:
            target = read_target(url)
        except GuardRefused:
            continue
        other = urlsplit(target.url)
        assert target.url.isascii()
        assert other.hostname == target.host
        assert other.username is None
        assert (other.port or {"http": 80, "https": 443}[other.scheme]) == target.port
        assert read_target(target.url) == target
