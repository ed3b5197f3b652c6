"""The form of a connection; which credential fields it has, its API's document says."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from playground.openapi.operations import Api
from playground.workspace.addresses import normalize_base_url
from playground.workspace.connections import (
    ConnectionInput,
    changes_host,
    format_variables,
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
SECRET, SETTING = "secret_", "setting_"
MOST_VARIABLES = 200


class ConnectionForm(forms.Form):
    """`secret_…` fields are write-only: never filled in, left empty they change nothing."""

    name = forms.CharField(label=_("Name"), max_length=100)
    base_url = forms.CharField(
        label=_("Base address"),
        max_length=2000,
        help_text=_("A credential goes to the host of this address and nowhere else."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS, initial="grey")
    protected = forms.BooleanField(
        label=_("Protected"),
        required=False,
        help_text=_("For production: a red line on its pages, and its name is typed to send."),
    )
    follow_redirects = forms.BooleanField(
        label=_("Follow redirects"),
        required=False,
        help_text=_("Each address on the way is judged; another host never gets the credential."),
    )

    def __init__(
        self, api: Api, *args: Any, connection: Connection | None = None, **kwargs: Any
    ) -> None:
        self.api, self.connection = api, connection
        kwargs.setdefault("initial", _initial(api, connection))
        super().__init__(*args, **kwargs)
        kept = set(connection.secrets.values_list("name", flat=True)) if connection else set()
        for each in api.credential.fields:
            if each.secret:
                self.fields[SECRET + each.name] = _secret_field(each, each.name in kept)
            else:
                self.fields[SETTING + each.name] = forms.CharField(
                    label=each.title, help_text=each.help, required=False, max_length=500
                )
        if len(api.credential.schemes) > 1:
            ways = [(way.id, way.title) for way in api.credential.schemes]
            self.fields[SETTING + "way"] = forms.ChoiceField(
                label=_("How the credential is sent"), choices=ways, required=False
            )
        self.order_fields(["name", "base_url", *self._credential_names()])

    def clean(self) -> dict[str, Any]:
        self.variables = dict(self._read_variables())
        if "name" in self.cleaned_data and "base_url" in self.cleaned_data:
            for name, sentence in validate_connection(self.wanted(), self.connection).items():
                self.add_error(name if name in self.fields else None, sentence)
        if "base_url" in self.cleaned_data:
            self._ask_again()
        return self.cleaned_data

    def _ask_again(self) -> None:
        """A credential goes only to the host it was given for: a new host asks for it anew."""
        base_url = normalize_base_url(self.cleaned_data["base_url"])
        kept = self.connection
        if kept is None or not changes_host(kept, self.api.id, base_url):
            return
        for part in kept.secrets.values_list("name", flat=True):
            name = SECRET + part
            if name in self.fields and not self.cleaned_data.get(name):
                self.add_error(name, _("The host changes: enter this again, for the new host."))

    def wanted(self) -> ConnectionInput:
        data = self.cleaned_data
        return ConnectionInput(
            name=data["name"],
            api=self.api.id,
            base_url=data["base_url"],
            settings={
                name[len(SETTING) :]: value.strip()
                for name, value in data.items()
                if name.startswith(SETTING)
            },
            variables=self.variables,
            colour=data.get("colour", "grey"),
            protected=data.get("protected", False),
            follow_redirects=data.get("follow_redirects", False),
        )

    def secrets(self) -> dict[str, str]:
        """The credential values that were typed, by part."""
        return {
            name[len(SECRET) :]: value
            for name, value in self.cleaned_data.items()
            if name.startswith(SECRET) and value
        }

    def pairs(self) -> list[tuple[str, str]]:
        """The variables as rows to draw, and two empty ones."""
        if self.is_bound:
            rows = list(self._rows())
        else:
            rows = list(format_variables(self.connection).items())
        return [*rows, ("", ""), ("", "")]

    def _read_variables(self) -> Iterator[tuple[str, str]]:
        for name, value in self._rows():
            if name:
                yield name, value

    def _rows(self) -> Iterator[tuple[str, str]]:
        typed = cast(QueryDict, self.data)
        names = typed.getlist("variable_name")[:MOST_VARIABLES]
        values = typed.getlist("variable_value")
        for name, value in zip(names, values, strict=False):
            if name.strip() or value:
                yield name.strip(), value

    def _credential_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith((SECRET, SETTING))]


def _secret_field(each: Any, kept: bool) -> forms.CharField:
    hint = _("Kept. Type here to replace it.") if kept else each.help
    widget = forms.PasswordInput(
        render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(
        label=each.title, help_text=hint, required=False, max_length=10_000, widget=widget
    )


def _initial(api: Api, connection: Connection | None) -> Mapping[str, Any]:
    if connection is None:
        return {"base_url": api.base_url}
    own = {SETTING + name: value for name, value in connection.settings.items()}
    plain = ("name", "base_url", "colour", "protected", "follow_redirects")
    return {name: getattr(connection, name) for name in plain} | own
