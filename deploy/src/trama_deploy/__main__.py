"""The `trama` command. One module per group of commands; this one only joins them."""

import typer

from trama_deploy import doctor_cli, rebuild_cli
from trama_deploy.broker_cli import broker
from trama_deploy.dead_letters_cli import letters
from trama_deploy.network_cli import network
from trama_deploy.node_cli import node

app = typer.Typer(
    name="trama",
    help="La rete Trama: avviarla, vedere come sta, rimettere a posto.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(network, name="network")
app.add_typer(node, name="node")
app.add_typer(letters, name="dead-letters")
rebuild_cli.add_to(app)
doctor_cli.add_to(app)
app.add_typer(broker, name="broker")


def main() -> None:
    """Entry point of the `trama` command."""
    app()


if __name__ == "__main__":
    main()
