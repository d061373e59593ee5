"""The `trama` command. It only names the groups; each is read when it is called."""

from typing import ClassVar

from trama_deploy.on_demand import OnDemand, application


class Trama(OnDemand):
    """Every group and command at the top."""

    modules: ClassVar = {
        "network": "network_cli",
        "node": "node_cli",
        "dead-letters": "dead_letters_cli",
        "events": "events_cli",
        "rebuild": "rebuild_cli",
        "doctor": "doctor_cli",
        "broker": "broker_cli",
        "audit": "audit_cli",
        "erasures": "erasures_cli",
        "keys": "keys_cli",
        "accounts": "accounts_cli",
        "token": "token_cli",
    }


app = application("La rete Trama: avviarla, vedere come sta, rimettere a posto.", Trama)


@app.callback()
def trama() -> None:
    """La rete Trama: avviarla, vedere come sta, rimettere a posto."""


def main() -> None:
    """Entry point of the `trama` command."""
    app()


if __name__ == "__main__":
    main()
