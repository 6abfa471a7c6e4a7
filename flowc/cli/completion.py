"""``flowc completion``: what a shell needs to complete flowc's commands, flows and runs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from flowc.cli.terminal import put


@click.command(epilog='Example:  eval "$(flowc completion bash)"  in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script by which a shell completes commands, options, deployed flows and runs at Tab.

    \b
    bash  eval "$(flowc completion bash)"             in ~/.bashrc
    zsh   eval "$(flowc completion zsh)"              in ~/.zshrc
    fish  flowc completion fish > ~/.config/fish/completions/flowc.fish

    Flows and runs are those of --db or FLOWC_DATABASE_URL; an embedded database is not asked.
    """
    shell_class = get_completion_class(shell)
    assert shell_class is not None
    put(shell_class(ctx.find_root().command, {}, "flowc", "_FLOWC_COMPLETE").source() + "\n")
