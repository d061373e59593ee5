"""What each principal may ask of the broker. Speaks two requests that neither Kafka library offers whole.

The limits are set for the *default* user, which Kafka applies to each principal on its own.
"""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from trama_deploy.network import Quotas

_USER = "user"
_DEFAULT_ENTITY = 1
_TEXT = String("utf-8")
_ENTITY = Array(("entity_type", _TEXT), ("entity_name", _TEXT))


class QuotasRefused(Exception):
    """The broker did not take the quotas."""


class _AlterResponse(Response):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", _TEXT), ("entity", _ENTITY))),
    )


class _AlterStruct(RequestStruct):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _AlterResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", _ENTITY),
                ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


class _AlterRequest(Request[_AlterStruct]):  # type: ignore[misc] # aiokafka ships no types
    """AlterClientQuotas (KIP-546)."""

    API_KEY = 49

    def __init__(self, values: dict[str, float], user: str | None) -> None:
        self._entry = ([(_USER, user)], [(name, value, False) for name, value in values.items()])

    def build(self, request_struct_class: type[_AlterStruct]) -> _AlterStruct:
        return request_struct_class([self._entry], False)


def wanted_quotas(quotas: Quotas) -> dict[str, float]:
    """The limits by Kafka's names."""
    return {
        "producer_byte_rate": float(quotas.produce_bytes_per_second),
        "consumer_byte_rate": float(quotas.consume_bytes_per_second),
        "request_percentage": float(quotas.request_percentage),
    }


def quotas_in_force(client: dict[str, Any]) -> dict[str, float]:
    """What the broker holds every principal to now. `client` are aiokafka's connection arguments."""
    return asyncio.run(_describe(client))


def other_quotas(client: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Limits that someone gave to one user or client, which then go before everyone's: by whom they hold."""
    return asyncio.run(_describe_others(client))


def set_quotas(client: dict[str, Any], values: dict[str, float], user: str | None = None) -> None:
    """Hold every principal, or one, to these limits. Raises QuotasRefused."""
    asyncio.run(_alter(client, values, user))


async def _describe(client: dict[str, Any]) -> dict[str, float]:
    entries = await _entries(client, [(_USER, _DEFAULT_ENTITY, None)])
    return {name: value for _, values in entries for name, value in values}


async def _describe_others(client: dict[str, Any]) -> dict[str, dict[str, float]]:
    entries = await _entries(client, [])
    everyone = [(_USER, None)]
    return {
        " ".join(f"{kind}={name or '(chiunque)'}" for kind, name in sorted(entity)): dict(values)
        for entity, values in entries
        if [tuple(one) for one in entity] != everyone
    }


async def _entries(client: dict[str, Any], components: list[tuple[str, int, str | None]]) -> Any:  # noqa: ANN401
    answer = await _ask(client, DescribeClientQuotasRequest(components, bool(components)))
    if answer.error_code:
        raise QuotasRefused(answer.error_message)
    return answer.entries or []


async def _alter(client: dict[str, Any], values: dict[str, float], user: str | None) -> None:
    answer = await _ask(client, _AlterRequest(values, user))
    for code, message, _ in answer.entries:
        if code:
            raise QuotasRefused(message)


async def _ask(client: dict[str, Any], request: Any) -> Any:  # noqa: ANN401 - aiokafka ships no types
    admin = AIOKafkaAdminClient(**client)
    await admin.start()
    try:
        return await admin._send_request(request)
    finally:
        await admin.close()
