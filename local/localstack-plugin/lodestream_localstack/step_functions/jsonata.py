"""JSONata's variables, and the Java that evaluates it."""

import json

from localstack.packages import java
from localstack.services.stepfunctions.asl.eval import states, variable_store
from localstack.services.stepfunctions.asl.jsonata import jsonata

NO_JAVA = (
    "State machines in JSONata need a JDK 21 or newer, and none was found when the platform came up: "
    "lodestream doctor says how to get one; then run lodestream down and lodestream up."
)


def register() -> None:
    """Escapes what LocalStack writes into an expression unescaped. Before the first execution."""
    for module in (jsonata, states, variable_store):
        module.encode_jsonata_variable_declarations = declarations
    java.JavaPackageInstaller._install = _no_java


def declarations(bindings: dict) -> str:
    """JSONata that declares these variables: `$a:="one";$b:={"c":2};`. LocalStack's breaks at a quote in a string."""
    return "".join(f"{name}:={_literal(value)};" for name, value in bindings.items())


def _literal(value) -> str:
    return json.dumps(value) if isinstance(value, str) else jsonata.to_json_str(value, separators=(",", ":"))


def _no_java(self, target) -> None:
    """In place of a download of 200 MB from where nobody pinned it."""
    del self, target
    raise RuntimeError(NO_JAVA)
