"""A value in `with` looks like a credential.

A flow file is in a repository, its definition in the database, and both are read by many. Reported are the forms that
providers give their keys, private keys, passwords in URLs, and long random texts under names such as `api_key`.

Bad:

    flow: report
    steps:
      website:
        with: {api_key: sk-9f8e7d6c5b4a39281706f5e4}

Good:

    flow: report
    secrets: [API_KEY]
    steps:
      website:

Declare it in `secrets`, put it into the worker's environment, and read `ctx.secrets["API_KEY"]` in the handler. Replace
the credential: it has been seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL701", "literal-secret")

# What providers make recognisable on purpose.
_CREDENTIAL = re.compile(
    r"""
      (?:sk|rk)[-_](?=.*[0-9])[A-Za-z0-9_-]{20,}          # OpenAI, Anthropic, Stripe
    | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_\w{30,}     # GitHub
    | glpat-[A-Za-z0-9_-]{20,}                            # GitLab
    | xox[abeprs]-[A-Za-z0-9-]{10,}                       # Slack
    | (?:AKIA|ASIA)[A-Z0-9]{16}                           # AWS
    | AIza[A-Za-z0-9_-]{35}                               # Google
    | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{50,}
    | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
    | -----BEGIN\ (?:[A-Z]+\ )*PRIVATE\ KEY-----.*
    | [a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s:@$<{*]+@[^\s@]+ # a password in a URL
    """,
    re.VERBOSE | re.DOTALL,
)
_ENOUGH = 4096
_NAME = re.compile(r"(?:.*[_-])?(?:api_?key|passw(?:or)?d|secret|token|private_?key|credentials?)", re.IGNORECASE)
_RANDOM = re.compile(r"(?:(?:sk|pk|rk|gh[pousr]|xox[a-z])[-_].{5,}|(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{20,})")
# Names of secrets are written so: words, perhaps with a number, a version, a year.
_BETWEEN = re.compile(r"[/_-]+")
_PART = re.compile(r"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)?[0-9]{0,2}|[0-9]{4}")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each literal that looks like a credential."""
    for path, text in flow.long_texts:
        name = path[-1]
        is_named = isinstance(name, str) and _NAME.fullmatch(name) is not None
        if (is_named and _is_random(text)) or _CREDENTIAL.fullmatch(text[:_ENOUGH].strip()):
            yield flow.document.diagnose(
                RULE,
                path,
                "this looks like a credential",
                label="is read by all who see the flow",
                help="declare it in `secrets`, read it from `ctx.secrets`, and replace the credential",
            )


def _is_random(text: str) -> bool:
    """Whether a text is made of characters that say nothing, rather than of words."""
    return _RANDOM.fullmatch(text) is not None and not all(map(_PART.fullmatch, _BETWEEN.split(text)))
