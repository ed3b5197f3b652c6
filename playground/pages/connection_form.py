"""The form of a connection. The API's document says which credential fields it has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from playground.openapi.credentials import CredentialField
from playground.openapi.operations import Api
from playground.pages.parameters import UncutForm
from playground.pages.server_choice import ABSOLUTE, list_servers, list_variables
from playground.workspace.connections import (
    ConnectionInput,
    changes_host,
    format_variables,
    normalize_base_url,
    validate_connection,
)
from playground.workspace.models import Connection

COLOURS = (
    ("grey", _("Grey")),
    ("blue", _("Blue")),
    ("green", _("Green")),
    ("amber", _("Amber")),
    ("red", _("Red")),
    ("violet", _("Violet")),
)
# Prefixes of the fields whose names come from the API's document.
SECRET, SETTING, VARIABLE = "secret_", "setting_", "server_"
MAX_VARIABLES = 200
# Up to the last @: a password may contain slashes, and the scheme may be missing.
CREDENTIAL = re.compile(r"^(\s*https?:/*)?.*@", re.IGNORECASE | re.DOTALL)
BLANK_ROWS = 2
MOST_SENDS_PER_MINUTE = 1_000_000


class ConnectionForm(UncutForm):
    """Secret fields are never filled in; left empty, they change nothing."""

    name = forms.CharField(label=_("Name"), max_length=100)
    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=2000,
        help_text=_("Credentials are only sent to this host."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS, initial="grey")
    protected = forms.BooleanField(
        label=_("Protected"),
        required=False,
        help_text=_("Requires typing its name before sending."),
    )
    follow_redirects = forms.BooleanField(
        label=_("Follow redirects"),
        required=False,
        help_text=_("Every redirect is checked. Other hosts never get the credential."),
    )
    sends_per_minute = forms.IntegerField(
        label=_("Sends per minute"),
        required=False,
        min_value=0,
        max_value=MOST_SENDS_PER_MINUTE,
    )

    def __init__(
        self, api: Api, *args: Any, connection: Connection | None = None, **kwargs: Any
    ) -> None:
        self.api, self.connection = api, connection
        kwargs.setdefault("initial", _initial_values(api, connection))
        super().__init__(*args, **kwargs)
        self.fields["sends_per_minute"].help_text = _explain_limit()
        self._add_servers()
        stored = set(connection.secrets.values_list("name", flat=True)) if connection else set()
        for each in api.credential.fields:
            if each.secret:
                self.fields[SECRET + each.name] = _secret_field(each, each.name in stored)
            else:
                # No call can be assembled without it, not even a test.
                self.fields[SETTING + each.name] = forms.CharField(
                    label=each.title,
                    help_text=escape(each.help),
                    required=api.credential.needs(each.name),
                    max_length=500,
                )
        # Most APIs take their credential in one way only, which needs no choice.
        schemes = [(each.id, each.title) for each in api.credential.schemes]
        if len(schemes) > 1:
            self.fields[SETTING + "way"] = forms.ChoiceField(
                label=_("Send credential as"), choices=schemes, required=False
            )
        # Fields added later would come last; people enter the credential after the URL.
        credential = [name for name in self.fields if name.startswith((SECRET, SETTING))]
        variables = [name for name in self.fields if name.startswith(VARIABLE)]
        self.order_fields(["name", "server", *variables, "base_url", *credential])
        self.remove_maxlength()

    def _add_servers(self) -> None:
        """Let people choose one of the document's servers and fill in its variables."""
        self.servers = {each.url: each for each in list_servers(self.api)}
        variables = list_variables(self.servers.values())
        if len(self.servers) < 2 and not variables:
            return
        choices = [(each.url, each.label) for each in self.servers.values()]
        self.fields["server"] = forms.ChoiceField(
            label=_("Server"), choices=choices, required=False
        )
        for each in variables:
            # Help text is rendered as HTML, and this one comes from the document.
            self.fields[VARIABLE + each.name] = forms.CharField(
                label=f"{{{each.name}}}",
                help_text=escape(each.help) or _("Part of the server's address."),
                initial=each.default,
                required=False,
                max_length=500,
            )
        base_url = self.fields["base_url"]
        base_url.label, base_url.required = _("Or another base URL"), False
        if self.connection is None:
            # The first server is chosen, and its variables have their defaults.
            self.initial["base_url"] = ""
        else:
            self._choose_server(self.connection.base_url)

    def _choose_server(self, base_url: str) -> None:
        """Preselect the server and the variables that produce this address."""
        for each in self.servers.values():
            values = each.match(base_url)
            if values is not None:
                own = {VARIABLE + name: value for name, value in values.items()}
                self.initial.update(own, server=each.url, base_url="")
                return

    def clean_base_url(self) -> str:
        """The typed base URL, else the chosen server with its variables."""
        typed: str = self.cleaned_data["base_url"].strip()
        server = self.servers.get(self.cleaned_data.get("server", ""))
        if not typed and server is None:
            raise forms.ValidationError(_("Choose a server, or enter a base URL."))
        if typed or server is None:
            return typed
        values = {
            name.removeprefix(VARIABLE): value
            for name, value in self.cleaned_data.items()
            if name.startswith(VARIABLE)
        }
        missing = [
            each.name
            for each in server.variables
            if not values.get(each.name, "").strip() and not each.default
        ]
        if missing:
            names = ", ".join(f"{{{each}}}" for each in missing)
            raise forms.ValidationError(_("Enter %(names)s.") % {"names": names})
        return server.fill(values)

    def clean(self) -> dict[str, Any]:
        rows = list(self._variable_rows())
        self.variables = {name: value for name, value in rows if name}
        if message := _find_variable_error(rows):
            self.add_error(None, message)
        if "name" in self.cleaned_data and "base_url" in self.cleaned_data:
            for name, message in validate_connection(
                self.connection_input(), self.connection
            ).items():
                self.add_error(name if name in self.fields else None, message)
        if "base_url" in self.cleaned_data:
            self._require_secrets_of_new_host()
        if self.has_error("base_url"):
            self._hide_credential()
        return self.cleaned_data

    def _hide_credential(self) -> None:
        """Drop `user:password@` of a rejected URL, which the page would show otherwise."""
        typed = cast(QueryDict, self.data).copy()
        typed["base_url"] = CREDENTIAL.sub(r"\1", str(typed.get("base_url", "")))
        self.data = typed

    def _require_secrets_of_new_host(self) -> None:
        # Otherwise anyone who can edit a connection could have its secrets sent to themselves.
        base_url = normalize_base_url(self.cleaned_data["base_url"])
        connection = self.connection
        if connection is None or not changes_host(connection, self.api.id, base_url):
            return
        for part in connection.secrets.values_list("name", flat=True):
            name = SECRET + part
            if name in self.fields and not self.cleaned_data.get(name):
                self.add_error(name, _("The host changed. Enter this again for the new host."))

    def connection_input(self) -> ConnectionInput:
        data = self.cleaned_data
        return ConnectionInput(
            name=data["name"],
            api=self.api.id,
            base_url=data["base_url"],
            settings={
                name.removeprefix(SETTING): value.strip()
                for name, value in data.items()
                if name.startswith(SETTING)
            },
            variables=self.variables,
            colour=data.get("colour", "grey"),
            protected=data.get("protected", False),
            follow_redirects=data.get("follow_redirects", False),
            sends_per_minute=data.get("sends_per_minute"),
        )

    def typed_secrets(self) -> dict[str, str]:
        """The credential values that were typed, by the name of their field."""
        return {
            name.removeprefix(SECRET): value
            for name, value in self.cleaned_data.items()
            if name.startswith(SECRET) and value
        }

    def variable_rows(self) -> list[tuple[str, str]]:
        """The variables as the template draws them, with a few blank rows."""
        rows = list(self._variable_rows() if self.is_bound else self._stored_variables())
        return [*rows, *[("", "")] * BLANK_ROWS]

    def _stored_variables(self) -> Iterator[tuple[str, str]]:
        yield from format_variables(self.connection).items()

    def _variable_rows(self) -> Iterator[tuple[str, str]]:
        # Two lists of inputs with the same names, which a form field can't express.
        typed = cast(QueryDict, self.data)
        names = typed.getlist("variable_name")
        for name, value in zip(names, typed.getlist("variable_value"), strict=False):
            if name.strip() or value:
                yield name.strip(), value


def _find_variable_error(rows: Sequence[tuple[str, str]]) -> str:
    """Why one of the variables would be lost; empty if none would."""
    names = [name for name, _value in rows]
    if len(rows) > MAX_VARIABLES:
        limit = {"limit": MAX_VARIABLES}
        return str(_("A connection can have at most %(limit)s variables.") % limit)
    if "" in names:
        return str(_("Enter a name for each variable, or clear its value."))
    if twice := [each for each in dict.fromkeys(names) if names.count(each) > 1]:
        return str(_("Two variables are named %(name)s.") % {"name": twice[0]})
    return ""


def _secret_field(each: CredentialField, is_stored: bool) -> forms.CharField:
    hint = _("Saved. Type to replace it.") if is_stored else escape(each.help)
    widget = forms.PasswordInput(
        render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(
        label=each.title, help_text=hint, required=False, max_length=10_000, widget=widget
    )


def _explain_limit() -> str:
    usual = settings.SENDS_PER_MINUTE_PER_CONNECTION
    if not usual:
        return str(_("For all people together. Leave it empty for no limit."))
    hint = _("For all people together. Empty: %(usual)d. 0: no limit.")
    return str(hint % {"usual": usual})


def _initial_values(api: Api, connection: Connection | None) -> Mapping[str, Any]:
    if connection is None:
        # An uploaded document may have only a path.
        return {"base_url": api.base_url if ABSOLUTE.match(api.base_url) else ""}
    own = {SETTING + name: value for name, value in connection.settings.items()}
    # Secrets have no initial value: the form can't show what it doesn't know.
    plain = ("name", "base_url", "colour", "protected", "follow_redirects", "sends_per_minute")
    return {name: getattr(connection, name) for name in plain} | own
