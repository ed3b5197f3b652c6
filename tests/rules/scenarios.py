"""Requests to start a scenario without problems, one for each mode of matching."""

FILE = {"name": "US.txt", "data": "data:text/plain;base64,SEVMTE8K"}

MODES = {
    "email by default": {"email": "john@example.com"},
    "email": {"matching": "email", "email": "john@example.com"},
    "phone": {"matching": "phone", "phone": "+79000000000"},
    "profile": {"matching": "profile_id", "profile_id": "5a74876369d42613b31947b8"},
    "custom text": {"matching": "custom", "field_name": "CRM_ID", "field_value": "123420"},
    "custom number": {"matching": "custom", "field_name": "CRM_ID", "field_value": 123420},
    "tags": {"matching": "custom", "field_name": "segments", "field_value": "tag-1, tag-2"},
    "query": {"custom_request": {"_city": "Paris"}},
}


def start(mode="email", **changes):
    whole = {"id": 12, **MODES[mode], **changes}
    return {key: value for key, value in whole.items() if value != "gone"}
