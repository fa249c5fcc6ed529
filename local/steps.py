"""Progress of long commands: each step says what it does, how long it took, and what went wrong in one sentence."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


class Refusal(Exception):
    """A reason not to go on, as one sentence that says what to do. Shown without a traceback."""


class Step:
    """What a step reports while it runs: `note` replaces the line's tail, `say` prints a line of its own."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.result = ""
        self._status = console.status(title) if console.is_terminal else None

    def note(self, text: str) -> None:
        if self._status:
            self._status.update(f"{self.title} [dim]{text}[/dim]")

    def say(self, text: str) -> None:
        console.print(f"  {text}")


@contextmanager
def step(title: str) -> Iterator[Step]:
    """One step of a command. Prints a line when it ends: title, result, seconds; a failed one is marked as such."""
    current = Step(title)
    started = time.monotonic()
    if current._status:
        current._status.start()
    else:
        console.print(f"[dim]…[/dim] {title}")
    try:
        yield current
    except BaseException:
        if current._status:
            current._status.stop()
        console.print(f"[red]✗[/red] {title} [dim]({time.monotonic() - started:.1f} s)[/dim]")
        raise
    if current._status:
        current._status.stop()
    tail = f": {current.result}" if current.result else ""
    console.print(f"[green]✓[/green] {title}{tail} [dim]({time.monotonic() - started:.1f} s)[/dim]")


def run_command(main, *arguments) -> int:
    """Calls a command's main function; refusals and Ctrl-C become a sentence and an exit code."""
    try:
        return main(*arguments) or 0
    except Refusal as refusal:
        console.print("\n[red bold]Refused:[/red bold]", end=" ")
        console.print(str(refusal), markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted. Nothing is lost: the same command goes on from here.")
        return 130
    finally:
        sys.stdout.flush()
