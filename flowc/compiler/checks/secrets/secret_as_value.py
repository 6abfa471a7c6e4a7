"""A template refers to a secret as if it were a value of the flow.

Values of a flow are stored in rows, shown in dashboards and sent to handlers; a secret never is. A handler reads it
from its context.

Bad:

    flow: report
    secrets: [API_KEY]
    steps:
      website:
        with: {key: $secret.API_KEY}

Good:

    flow: report
    secrets: [API_KEY]
    steps:
      website:

In the handler: `ctx.secrets["API_KEY"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.model import Flow, Mention
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL702", "secret-as-value")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each reference to a secret."""
    for mention in strays(flow, Fault.SECRET):
        name = _secret(mention)
        undeclared = bool(name) and name not in flow.secrets
        read = f'take it out, and read `ctx.secrets["{name or "NAME"}"]` in the handler'
        yield flow.diagnose(
            RULE,
            mention,
            "a secret is no value of a flow",
            label="would be stored and shown",
            help=f"{read}; declare it in `secrets`" if undeclared else read,
        )


def _secret(mention: Mention) -> str:
    """The name of the secret that is meant, empty where none is said."""
    fields = mention.fields[1:] if mention.name == "ctx" else mention.fields
    return fields[0] if fields else ""
