"""Runs rows on a stack, one after the other; a row that breaks differs, and the run goes on."""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from local.messages import step
from tests.acceptance.rows import Measured, Observe, Row, observers
from tests.acceptance.scene import Scene
from tests.acceptance.table import Line


def run(scene: Scene, chosen: Iterable[Row]) -> dict[str, Line]:
    """Return a line for each row, by its id."""
    known = observers()
    return {row.id: line(row, known[row.id], scene) for row in chosen}


def line(row: Row, observe: Observe, scene: Scene) -> Line:
    """Observe one row; if it raises an error, that is what was observed."""
    with step(row.title):
        try:
            seen = observe(scene)
        except ClientError as error:
            seen = client_error(error)
        except Exception as error:  # noqa: BLE001  (a failed step is a difference; go on)
            seen = f"{type(error).__name__}: {error}"
    observed = seen if isinstance(seen, Measured) else Measured(seen, "")
    return Line(row.title, row.expected, *observed)


def client_error(error: ClientError) -> str:
    """Return AWS's error in short."""
    code, message = (error.response["Error"].get(name) for name in ("Code", "Message"))
    return f"{code} {error.operation_name}: {message}"
