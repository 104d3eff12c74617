"""JSONata's variables, and the Java that evaluates it."""

import gc
import json

from localstack.packages.java import java_package
from localstack.services.stepfunctions.asl.eval import states, variable_store
from localstack.services.stepfunctions.asl.jsonata import jsonata

JDK = "21"
"""The version that LocalStack looks for; whichever is here is linked in its place."""

NO_JAVA = (
    "State machines in JSONata need a JDK 17 or newer, and none was found when LocalStack was started: "
    "lodestream doctor says how to get one; then run lodestream down and lodestream up."
)


def register() -> None:
    """Escapes what LocalStack writes into an expression unescaped. Before the first execution."""
    for module in (jsonata, states, variable_store):
        module.encode_jsonata_variable_declarations = declarations
    begin = jsonata._JSONataJVMBridge.__init__

    def begin_where_there_is_java(self: jsonata._JSONataJVMBridge) -> None:
        # LocalStack would fetch 200 MB from where nobody pinned it, and hide why that failed.
        if java_package.get_installer(JDK).get_java_home() is None:
            raise RuntimeError(NO_JAVA)
        begin(self)
        # Whenever Java collects garbage, the bridge to it has Python collect too, and every thread waits for half a
        # second as all that LocalStack has loaded is gone through. What is here by now stays anyhow.
        gc.collect()
        gc.freeze()

    jsonata._JSONataJVMBridge.__init__ = begin_where_there_is_java


def declarations(bindings: dict) -> str:
    """JSONata that declares these variables: `$a:="one";$b:={"c":2};`. LocalStack's breaks at a quote in a string."""
    return "".join(f"{name}:={_literal(value)};" for name, value in bindings.items())


def _literal(value) -> str:
    return json.dumps(value) if isinstance(value, str) else jsonata.to_json_str(value, separators=(",", ":"))
