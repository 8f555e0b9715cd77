"""The catalogues of the standard."""

import typer

from app.cli.console import AsJson, columns, show
from app.frameworks import reader
from app.main import read_frameworks
from app.settings import Settings

commands = typer.Typer()
frameworks = typer.Typer(no_args_is_help=True, help="The catalogues of the standard.")
commands.add_typer(frameworks, name="frameworks")


@frameworks.command("check")
def check_frameworks(*, as_json: AsJson = False) -> None:
    """Check that every catalogue can be used, and that no released number has changed."""
    reader.check_released()
    found = read_frameworks(Settings())
    data = [
        {"framework": f.name, "version": f.version, "digest": f.digest, "indicators": f.total, "offered": f.offered}
        for f in found.all
    ]
    rows = [
        (f"{f.name} {f.version}", f"{f.total} indicators", "offered" if f.offered else "not offered", f.digest)
        for f in found.all
    ]
    show(data, columns(rows), as_json=as_json)
