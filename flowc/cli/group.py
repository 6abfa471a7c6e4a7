"""The group ``flowc``: it knows each command's name and sentence, and imports a command only when it is called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

from flowc import __version__
from flowc.cli.terminal import say

# In the order of a flow's life; the sentences stand here so that --help imports nothing else.
COMMANDS = {
    "init": "Write a first flow with its handlers and settings.",
    "check": "Find every mistake in flow files.",
    "lock": "Write down released flows in flowc.lock, for ever.",
    "bump": "Copy a flow to its next slug.",
    "handlers": "Write down what the checks know of the handlers.",
    "stubs": "Print the types of a flow for mypy and pyright.",
    "graph": "Draw a flow, or how far a run of it is.",
    "compile": "Print the SQL of flow files.",
    "schema": "Print the install script, or the JSON Schema of flow files.",
    "install": "Install flowc's schema in a database, or bring it up to date.",
    "plan": "Say what a deploy would do.",
    "deploy": "Deploy flow files to a database.",
    "verify": "Say where a database has drifted.",
    "run": "Check, deploy and run one flow, live in the terminal.",
    "simulate": "Run one flow in memory, without a database and without waiting.",
    "start": "Start a run of a deployed flow.",
    "worker": "Work on ready tasks until stopped.",
    "flows": "List, retire and delete deployed flows.",
    "runs": "List runs.",
    "show": "Show one run: its steps, attempts and errors.",
    "watch": "Watch one run until it has ended.",
    "cancel": "Cancel a run.",
    "retry": "Run what failed or was cancelled in a run again.",
    "prune": "Delete ended runs that are old.",
    "blob": "Read, list and collect large values.",
    "doctor": "Say what is wrong in the database, and what to do.",
    "completion": "Print what a shell needs to complete commands.",
    "explain": "Explain a rule of `flowc check`.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, imported by name on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"flowc.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin like that; none of them is imported for it."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=said) for name, said in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with our own words for an unknown command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from flowc.compiler.did_you_mean import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"no such command: {args[0]}{f'; {hint}' if hint else ''}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from our own sentences."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example:  flowc run flows/analyze_website.yaml url=flows/pages/index.html",
)
@click.version_option(__version__, message="flowc %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def flowc(ctx: click.Context, debug: bool) -> None:
    """Flows in YAML: checked before they run, compiled to SQL, run on PostgreSQL."""
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(2)
    if debug:
        os.environ["FLOWC_TRACEBACK"] = "1"
