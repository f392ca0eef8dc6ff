"""Expands a SAM template as CloudFormation does, and checks what its API checks.

Reads {"template": text, "parameters": {name: value}} as JSON, writes the expanded template as JSON, and
fails with what CloudFormation would refuse.
"""

import json
import re
import sys

from cfnlint.decode.cfn_yaml import loads
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """The template names no policy of AWS's, so none is looked up."""

    def load(self):
        return {}


def refused(declared, given):
    for name, parameter in declared.items():
        if name not in given and "Default" not in parameter:
            yield f"parameter {name} has no value"
        value = str(given.get(name, parameter.get("Default", "")))
        if not re.search(parameter.get("AllowedPattern", ""), value):
            yield f"parameter {name} does not match its pattern: {value!r}"
        if value not in map(str, parameter.get("AllowedValues", [value])):
            yield f"parameter {name} is none of the allowed values: {value!r}"
    for name in given.keys() - declared.keys():
        yield f"parameter {name} is not declared"


asked = json.load(sys.stdin)
template = json.loads(json.dumps(loads(asked["template"])))
problems = list(refused(template["Parameters"], asked["parameters"]))
if problems:
    sys.exit("\n".join(problems))
values = {name: p["Default"] for name, p in template["Parameters"].items() if "Default" in p} | asked["parameters"]
json.dump(transform(template, values, NoManagedPolicies()), sys.stdout)
