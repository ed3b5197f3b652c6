"""The forms with which people sign in, join and change their password."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from playground.people.models import Person, Role

NAME_SENTENCE = _("Use letters, digits and @ . + - _ only.")

NAME_HINTS = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}


def password_field(label: Any, complete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **kwargs)


class SignInForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs=NAME_HINTS),
    )
    password = password_field(_("Password"), "current-password")


class JoinForm(forms.Form):
    """The name and password of somebody new."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        validators=[UnicodeUsernameValidator(message=NAME_SENTENCE)],
        widget=forms.TextInput(attrs=NAME_HINTS),
    )
    password = password_field(_("Password"), "new-password", help_text=_("At least 10 characters."))

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Person.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("Somebody here has this name already. Choose another one."))
        return name

    def clean(self) -> dict[str, Any]:
        judge_password(self, "password", Person(username=self.cleaned_data.get("name", "")))
        return self.cleaned_data


class FirstOwnerForm(JoinForm):
    """The same, where a password may wait: whoever started the playground can print a link."""

    password = password_field(
        _("Password"),
        "new-password",
        required=False,
        help_text=_(
            "At least 10 characters. Left empty, you sign in by links only, which "
            "manage.py sign_in_link prints."
        ),
    )


class PasswordForm(forms.Form):
    """A new password; who has one already names it first."""

    old = password_field(_("Present password"), "current-password")
    new = password_field(_("New password"), "new-password", help_text=_("At least 10 characters."))

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if not person.has_usable_password():
            del self.fields["old"]

    def clean_old(self) -> str:
        old = str(self.cleaned_data["old"])
        if not self.person.check_password(old):
            raise ValidationError(_("This is not your present password."))
        return old

    def clean(self) -> dict[str, Any]:
        judge_password(self, "new", self.person)
        return self.cleaned_data


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    note = forms.CharField(label=_("For whom"), max_length=100, required=False)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


def judge_password(form: forms.Form, field: str, person: Person) -> None:
    password = form.cleaned_data.get(field)
    if not password:
        return
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        form.add_error(field, error)
