"""Every address that isn't plain global unicast is classified by its kind."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.network import GuardRefusal, Policy, check_target
from playground.network.addresses import DESCRIPTIONS, classify_address

TABLE = {
    "unspecified": ["0.0.0.0", "0.1.2.3", "0.255.255.255", "::"],
    "loopback": ["127.0.0.1", "127.1.2.3", "127.255.255.254", "::1"],
    "private": [
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.254",
    ],
    "shared": ["100.64.0.1", "100.100.100.201", "100.127.255.255"],
    "metadata": [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
    ],
    "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "febf::1"],
    "documentation": [
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.255",
        "2001:db8::1",
        "2001:db8:ffff::1",
        "3fff::1",
        "3fff:fff::1",
    ],
    "benchmark": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "reserved": [
        "192.0.0.1",
        "192.0.0.9",
        "192.88.99.1",
        "240.0.0.1",
        "255.255.255.254",
        "2001:20::1",
        "2001:10::1",
        "2001:1::1",
        "100::1",
        "100:0:0:1::1",
        "5f00::1",
        "4000::1",
        "8000::1",
        "f000::1",
        "1::1",
        "400::1",
        "fe00::1",
    ],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff05::2", "ff0e::1"],
    "broadcast": ["255.255.255.255"],
    "unique-local": ["fc00::1", "fd12:3456:789a::1"],
    "site-local": ["fec0::1", "feff::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe"],
    "translated": ["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"],
    "compatible": ["::127.0.0.1", "::8.8.8.8", "::2"],
    "nat64": ["64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1"],
    "teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "6to4": ["2002::1", "2002:7f00:1::1", "2002:808:808::1"],
    "isatap": ["2600::5efe:127.0.0.1", "2600::200:5efe:8.8.8.8"],
}
REFUSED = [(kind, address) for kind, addresses in TABLE.items() for address in addresses]
GLOBAL = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2600::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80e::200e",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "3ffe::1",
]


@pytest.mark.parametrize(("kind", "address"), REFUSED)
def test_a_special_address_has_a_kind(kind: str, address: str) -> None:
    finding = classify_address(ip_address(address))
    assert finding is not None
    assert finding.kind == kind


@pytest.mark.parametrize("address", GLOBAL)
def test_global_unicast_is_not_special(address: str) -> None:
    assert classify_address(ip_address(address)) is None


@pytest.mark.parametrize(("kind", "address"), REFUSED)
def test_a_target_written_as_such_an_address_is_refused(kind: str, address: str, resolve) -> None:
    asked = resolve("unused")
    url = f"http://[{address}]/" if ":" in address else f"http://{address}/"
    judged = check_target(url, Policy())
    assert isinstance(judged, GuardRefusal)
    assert judged.code == "address-refused"
    assert DESCRIPTIONS[kind] in judged.message
    assert asked == []


@pytest.mark.parametrize(("kind", "address"), REFUSED)
def test_a_name_that_resolves_to_such_an_address_is_refused(
    kind: str, address: str, resolve
) -> None:
    resolve("name.example", "93.184.216.34", address)
    judged = check_target("https://name.example/", Policy())
    assert isinstance(judged, GuardRefusal)
    assert judged.message == (
        f"The name name.example resolves to {DESCRIPTIONS[kind]}, which isn't allowed here."
    )


@pytest.mark.parametrize("address", GLOBAL)
def test_a_name_that_resolves_to_global_unicast_is_allowed(address: str, resolve) -> None:
    resolve("name.example", address)
    assert not isinstance(check_target("https://name.example/", Policy()), GuardRefusal)


def test_an_embedded_ipv4_address_is_extracted() -> None:
    hiding = ["::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1"]
    hiding += ["2002:a00:1::1", "2001:0:102:304::f5ff:fffe", "2600::5efe:10.0.0.1"]
    for address in hiding:
        finding = classify_address(ip_address(address))
        assert finding is not None
        assert str(finding.embedded) == "10.0.0.1", address


@given(st.ip_addresses())
def test_no_address_passes_that_python_calls_private_or_special(address) -> None:
    if classify_address(address) is None:
        assert address.is_global
        assert not address.is_multicast
