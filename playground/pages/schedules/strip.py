"""The strip for time above the builder: a form that is kept as it was typed, valid or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.drafts.states import Edit
from playground.pages.parameters import UncutForm
from playground.schedules.content import Policies, ScheduleInput
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.moments import read_local_or_instant
from playground.timing.errors import InvalidRule, InvalidTiming
from playground.timing.zones import get_zone, show_clock

# Longer texts aren't meant: a list of days to skip for fifty years is shorter.
LONGEST = 20_000
NEWEST, FIXED = "newest", "fixed"
NOTHING, GOOD = "nothing", "good"
# One of each kind, as phrases are understood in English only.
PHRASES = (
    "tomorrow at 9:00",
    "every 15 minutes",
    "every 2 hours",
    "every day at 18:00",
    "weekdays at 8:30",
    "every Monday and Thursday at 9:00",
    "every 2 weeks on Friday at 17:00",
    "on the 1st of the month at 6:00",
    "on the last day of the month at 23:00",
    "on the last working day at 17:00",
    "30 2 * * 1-5",
)
POLICIES = (
    "overlap",
    "missed",
    "missed_most",
    "on_failure",
    "pause_after",
    "start_within",
    "pauses_on_drift",
    "webhook",
)


class StripForm(UncutForm):
    """Converts what was typed. What it means is checked by `schedules.content`."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False)
    phrase = forms.CharField(label=gettext_lazy("When"), required=False)
    zone = forms.CharField(label=gettext_lazy("Time zone"), required=False)
    starts_at = forms.CharField(label=gettext_lazy("From"), required=False)
    ends_at = forms.CharField(label=gettext_lazy("Until"), required=False)
    days_off = forms.CharField(
        label=gettext_lazy("Days to skip"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "12-25\n2027-01-01"}),
        help_text=gettext_lazy(
            "One day on each line: 2027-05-01, 12-25 for every year, or 2027-08-02 to 2027-08-20."
        ),
    )
    follows = forms.ChoiceField(
        label=gettext_lazy("Version of the template"),
        choices=[
            (NEWEST, gettext_lazy("The newest at each run")),
            (FIXED, gettext_lazy("The one shown here")),
        ],
    )
    bad_rows = forms.ChoiceField(
        label=gettext_lazy("If rows have problems"),
        choices=[
            (NOTHING, gettext_lazy("Send nothing")),
            (GOOD, gettext_lazy("Send the good rows")),
        ],
    )
    overlap = forms.ChoiceField(
        label=gettext_lazy("If the previous run is still going"),
        choices=ScheduleVersion.Overlap.choices,
    )
    missed = forms.ChoiceField(
        label=gettext_lazy("If runs were missed"), choices=ScheduleVersion.Missed.choices
    )
    missed_most = forms.IntegerField(
        label=gettext_lazy("Missed runs to make up for, at most"), required=False
    )
    on_failure = forms.ChoiceField(
        label=gettext_lazy("If a run fails"), choices=ScheduleVersion.OnFailure.choices
    )
    pause_after = forms.IntegerField(
        label=gettext_lazy("Pause after this many failures in a row"), required=False
    )
    start_within = forms.IntegerField(
        label=gettext_lazy("Latest start, in minutes after its time"),
        required=False,
        help_text=gettext_lazy("0 for no limit."),
    )
    pauses_on_drift = forms.BooleanField(
        label=gettext_lazy("Pause if the template no longer fits its workflow or API"),
        required=False,
    )
    webhook = forms.CharField(
        label=gettext_lazy("Webhook"),
        required=False,
        help_text=gettext_lazy(
            "Called once, with JSON, when the schedule fails, works again or is paused."
        ),
    )
    note = forms.CharField(label=gettext_lazy("What changed"), required=False)

    def __init__(
        self, typed: Mapping[str, str], is_new: bool, kind: str = Schedule.Kind.TEMPLATE
    ) -> None:
        super().__init__(typed, label_suffix="")
        if is_new:
            del self.fields["note"]
        if kind != Schedule.Kind.TEMPLATE:
            del self.fields["follows"], self.fields["pauses_on_drift"]
        if kind != Schedule.Kind.BATCH:
            del self.fields["bad_rows"]
        for name in ("missed_most", "pause_after", "start_within"):
            # Browsers clear what isn't a number in a field of this type, and nobody would see why.
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        self.fields["phrase"].widget.attrs |= {
            "placeholder": _("weekdays at 9:00"),
            "list": "phrases",
            "autocomplete": "off",
            "spellcheck": "false",
        }
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["webhook"].widget.attrs |= {
            "placeholder": "https://",
            "inputmode": "url",
            "autocomplete": "off",
            "spellcheck": "false",
        }
        self.fields["zone"].widget.attrs |= {
            "list": "zones",
            "autocomplete": "off",
            "spellcheck": "false",
        }
        for name, field in self.fields.items():
            _style(name, field)


def _style(name: str, field: forms.Field) -> None:
    kinds: dict[type[forms.Widget], str] = {
        forms.Select: "form-select",
        forms.CheckboxInput: "switch small",
    }
    field.widget.attrs["class"] = kinds.get(type(field.widget), "form-control")
    described = f"problem_{name}" if not field.help_text else f"help_{name} problem_{name}"
    field.widget.attrs["aria-describedby"] = described
    if isinstance(field, forms.IntegerField):
        field.error_messages["invalid"] = gettext_lazy("Enter a whole number.")


def read_strip_fields(sent: QueryDict) -> dict[str, str]:
    """The fields of a sent form, as they are kept."""
    # No database text has a NUL character, and PostgreSQL rejects it in JSON, too.
    return {
        name: sent.get(name, "").replace("\0", "")[:LONGEST]
        for name in StripForm.base_fields
        if name in sent
    }


def write_strip_fields(wanted: ScheduleInput) -> dict[str, str]:
    """What somebody would have typed for this."""
    policies = {name: str(getattr(wanted.policies, name)) for name in POLICIES}
    if not wanted.policies.pauses_on_drift:
        # As browsers do with a box that isn't ticked.
        del policies["pauses_on_drift"]
    return {
        "name": wanted.name,
        "phrase": wanted.phrase,
        "zone": wanted.zone,
        "starts_at": _write_moment(wanted.starts_at, wanted.zone),
        "ends_at": _write_moment(wanted.ends_at, wanted.zone),
        "days_off": wanted.days_off,
        "follows": FIXED if wanted.template_version else NEWEST,
        "bad_rows": GOOD if wanted.good_only else NOTHING,
        **policies,
    }


def _write_moment(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return ""
    try:
        return show_clock(get_zone(zone), instant).isoformat(timespec="minutes")
    except InvalidTiming:
        return instant.isoformat(timespec="minutes")


def read_strip(
    form: StripForm, variant: str, template_version: int, values: tuple[Edit, ...]
) -> tuple[ScheduleInput, dict[str, str]]:
    """What was entered, and a sentence for each field that can't be read.

    A field that can't be read has its default, so that the others are checked as well.
    """
    errors = {name: str(found[0]) for name, found in form.errors.items()}
    read: dict[str, Any] = form.cleaned_data
    starts_at = _read_moment("starts_at", read, errors)
    ends_at = _read_moment("ends_at", read, errors)
    policies = {
        name: read[name] for name in POLICIES if name not in errors and read.get(name) is not None
    }
    wanted = ScheduleInput(
        name=read.get("name", ""),
        phrase=read.get("phrase", ""),
        zone=read.get("zone", ""),
        variant=variant,
        template_version=template_version if read.get("follows") == FIXED else 0,
        values=values,
        starts_at=starts_at,
        ends_at=ends_at,
        days_off=read.get("days_off", ""),
        policies=Policies(**policies),
        good_only=read.get("bad_rows") == GOOD,
    )
    return wanted, errors


def _read_moment(name: str, read: Mapping[str, Any], errors: dict[str, str]) -> datetime | None:
    try:
        return read_local_or_instant(str(read.get(name, "")), read.get("zone", ""))
    except InvalidRule as invalid:
        errors[name] = str(invalid)
    except InvalidTiming:
        # Reported at the zone.
        pass
    return None
