"""Names the format of unreadable text, for the message that rejects it."""

from __future__ import annotations

import re

# Only the start of the text is searched.
SEARCHED = 20_000
# A format matches if one of its patterns does. The first match counts, so the exact formats come
# first. No pattern may look far ahead from every offset: the text may be anything.
FORMATS: dict[str, tuple[str, ...]] = {
    "an Insomnia export": (r'"__export_format"\s*:', r"^type:\s*\w+\.insomnia\.rest/"),
    "a Bruno request": (r"^(?:meta|body:json|post|get|put|patch|delete)\s*\{\s*$",),
    "an HTTP response": (r"\A\s*HTTP/\d",),
    "PHP": (
        r"<\?php",
        r"\bcurl_(?:init|setopt)",
        r"\$\w{1,40}->",
        r"\barray\(",
        r"['\"\w]\s{0,20}=>\s{0,20}(?:['\"\[\d$]|true|false|null|array)",
    ),
    "HTML": (r"<!doctype html", r"<(?:html|body|div|table|p)\b[^<>]{0,200}>"),
    "XML": (r"\A\s*<\?xml", r"\A\s*<[a-z_][\w:.-]{0,80}[^<>]{0,500}>", r"</[\w:.-]{1,80}>\s*\Z"),
    "SQL": (
        r"^\s{0,20}(?:insert\s+into|delete\s+from|create\s+table|update\s+\S{1,80}\s+set)\s",
        r"^\s{0,20}select\s[^;{}]{1,500}\sfrom\s",
    ),
    "GraphQL": (r"\A\s*(?:query|mutation|subscription)\b[^\n{]{0,500}\{",),
    "Java": (
        r"^import\s+java",
        r"^\s{0,20}public\s+(?:class|static)\s",
        r"\bnew\s+(?:OkHttpClient|Request\.Builder)\b",
        r"\bHttpRequest\.newBuilder\b",
        r"\bUnirest\.",
    ),
    "C#": (
        r"^using\s+System",
        r"\bnew\s+(?:HttpClient|HttpRequestMessage|RestClient|RestRequest)\b",
    ),
    "Go": (r"^package\s+\w+\s*$", r"\bhttp\.NewRequest\(", r"\bstrings\.NewReader\("),
    "Ruby": (r"\bNet::HTTP\b", r"^require\s+['\"]", r"\bFaraday\b"),
    "Rust": (r"\breqwest::", r"\bfn\s+main\s*\("),
    "Swift": (r"\bURLRequest\(", r"^import\s+Foundation\b"),
    "Kotlin": (r"\bfun\s+main\s*\(", r"^\s{0,20}val\s+\w+\s*="),
    "a stack trace": (r"^Traceback \(most recent", r"^\s+at\s+[\w.$<>]{1,200}\("),
    "an HTTPie command": (
        r"^\s{0,20}(?:\$\s)?(?:https?|xh)\s+(?:--?\S{1,80}\s+){0,10}"
        r"(?:(?:get|post|put|patch|delete|head|options)\s+)?[\w.:-]{0,200}[/:.]\S{0,500}(?:\s|$)",
    ),
    "a wget command": (r"^\s{0,20}(?:\$\s)?wget\s+\S",),
    "a diff": (r"^diff --git ", r"^@@ -\d"),
    "a log": (
        r"\A\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d",
        r"^\[?(?:debug|info|warn|warning|error|trace)\]?[ :]",
        r"\A(?:<\d{1,3}>)?\w{3} +\d+ \d\d:\d\d:\d\d ",
        r"\A\[?\d\d:\d\d:\d\d[.,]?\d*\]? ",
        r"\A(?:ts|time|timestamp|level|lvl|severity|at)=\S+ ",
        r"\A[IWEFD]\d{4} \d\d:\d\d:\d\d",
    ),
    "TOML or an INI file": (r"^\[[\w.\" -]{1,80}\][ \t]*\n[ \t]*[\w.-]{1,80}[ \t]*=",),
    "a file of environment variables": (r"\A(?:export )?[A-Z_]\w*=[^\n]*\n(?:export )?[A-Z_]\w*=",),
    "form fields": (r"\A\s*[\w.%-]{1,100}=[^\s&]*(?:&[\w.%-]{1,100}=[^\s&]*)+\s*\Z",),
    "YAML": (
        r"\A---\s",
        r"^[ \t]{0,40}(?:- )?[\w.-]{1,80}:(?:[ \t][^\n]*)?\n"
        r"[ \t]{0,40}(?:- |[\w.-]{1,80}:(?:\s|$))",
    ),
    "Markdown": (r"^#{1,6} \S", r"^\[[^\]\n]{1,80}\]: "),
    "a table": (
        r"\A[^\n\t]*\t[^\n]*\n[^\n\t]*\t",
        r"\A[^\n;{\[]*;[^\n{\[]*\n[^\n;{\[]*;",
        r"\A[^\n,{\[]*,[^\n{\[]*\n[^\n,{\[]*,",
    ),
}
PATTERNS = {
    name: tuple(re.compile(each, re.M | re.I) for each in patterns)
    for name, patterns in FORMATS.items()
}
SENTENCE = re.compile(r"(?:[^\W\d_]{1,40}[,;:.!?)]{0,3}\s+){3}[^\W\d_]{2}")


def name_format(text: str) -> str | None:
    """What the text looks like, such as `YAML` or `a log`; None if nothing matches."""
    start = text[:SEARCHED]
    for name, patterns in PATTERNS.items():
        if any(pattern.search(start) for pattern in patterns):
            return name
    return "prose" if SENTENCE.search(start) else None
