"""Reads the parameters of Invoke-RestMethod and Invoke-WebRequest.

Source: the PowerShell manual (7.4) on both commands.
"""

from __future__ import annotations

from dataclasses import replace

from playground.importers.command_lines import note_shell_values
from playground.importers.literals import is_text
from playground.importers.powershell_calls import Arguments
from playground.importers.powershell_values import ValueParser
from playground.importers.source_requests import RequestParts, build_request
from playground.importers.values import BODY_IN_FILE, FoundRequest, Unreadable

# Parameters that don't change what is sent: switches, and those with a value.
SWITCHES = frozenset({
    "usebasicparsing", "disablekeepalive", "passthru", "skipheadervalidation", "verbose",
    "skiphttperrorcheck", "allowunencryptedauthentication", "nobody", "v", "followrellink",
    "resume",
})  # fmt: skip
NOTED_SWITCHES = frozenset({
    "skipcertificatecheck", "usedefaultcredentials", "proxyusedefaultcredentials",
    "preserveauthorizationonredirect",
})  # fmt: skip
SILENT = SWITCHES | {
    "websession", "sessionvariable", "timeoutsec", "connectiontimeoutseconds", "outfile",
    "erroraction", "errorvariable", "outvariable", "responseheadersvariable",
    "statuscodevariable", "maximumretrycount", "retryintervalsec",
}  # fmt: skip
READ = frozenset({
    "uri", "method", "custommethod", "headers", "body", "contenttype", "form", "useragent",
    "authentication", "token", "infile",
})  # fmt: skip


class RequestParser(ValueParser):
    """Parses the command at a token as the request that it would send."""

    def parse_request(self, given: Arguments, cookies: dict[str, str]) -> FoundRequest | None:
        """The request of the command here, None without a URL; `given` are its arguments so far."""
        unread: list[str] = []
        while not self._at_command_end():
            token = self.peek()
            if token.is_mark("@") and self.peek(1).kind == "word" and self.peek(1).joined:
                # Splatting: `@params` gives the parameters in `$params`.
                table = self.resolve(f"${self.peek(1).text}")
                self.at += 2
                if isinstance(table, dict):
                    given = {**{key.lower(): each for key, each in table.items()}, **given}
                    unread += [f"-{key}" for key in table if key.lower() not in SILENT | READ]
                else:
                    unread.append(f"the parameters @{self.peek(-1).text}")
            elif token.is_parameter():
                self.at += 1
                is_switch = self._at_command_end() or self.peek().is_parameter()
                name = token.text[1:].rstrip(":").lower()
                unread += [] if name in SILENT | READ else [token.text]
                is_switch = is_switch or name in SWITCHES | NOTED_SWITCHES
                given[name] = True if is_switch else self.parse_value()
            elif "uri" in given:
                unread.append(f"“{token.text}”")
                self.at += 1
            else:
                given["uri"] = self.parse_value()
        return self._build(given, unread, cookies) if is_text(given.get("uri")) else None

    def _at_command_end(self) -> bool:
        """Whether the command ends here; a line that starts with a parameter continues it."""
        if self.peek().kind == "end" and self.peek(1).is_parameter():
            self.at += 1
        return self.at_end()

    def _build(self, given: Arguments, unread: list[str], cookies: dict[str, str]) -> FoundRequest:
        if "infile" in given:
            raise Unreadable("powershell-file", BODY_IN_FILE, file=given["infile"])
        method = given.get("method", given.get("custommethod")) or "GET"
        parts = RequestParts("powershell", str(method), str(given["uri"]), given.get("headers"))
        parts.cookies, parts.form, parts.unread = cookies, given.get("form"), unread
        more = {
            "Content-Type": given.get("contenttype"),
            "User-Agent": given.get("useragent", self.names.get("$session.useragent")),
        }
        if str(given.get("authentication")).lower() in ("bearer", "oauth"):
            more["Authorization"] = f"Bearer {given.get('token')}"
        if isinstance(parts.headers, dict | None):
            known = {key: each for key, each in more.items() if is_text(each)}
            parts.headers = {**(parts.headers or {}), **known}
        # The cmdlets send a table as the query of a GET, and as form fields otherwise.
        if isinstance(given.get("body"), dict) and parts.method.upper() == "GET":
            parts.query = given["body"]
        else:
            parts.body = given.get("body")
        request = build_request(parts, self.outside)
        sent = [request.url or "", str(request.headers), request.body or ""]
        typed = [each for each in self.typed if any(each in text for text in sent)]
        return replace(request, notes=(*request.notes, *note_shell_values(typed)))
