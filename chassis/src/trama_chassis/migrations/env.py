"""What Alembic runs: the migrations of the configuration, on the connection it was given."""

from typing import Literal

from alembic import context
from sqlalchemy.types import TypeDecorator


def plain_type(kind: str, value: object, _: object) -> str | Literal[False]:
    """Write types as SQLAlchemy's own, so that old migrations do not depend on our models' library."""
    if kind == "type" and isinstance(value, TypeDecorator):
        return f"sa.{value.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,
    render_item=plain_type,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
