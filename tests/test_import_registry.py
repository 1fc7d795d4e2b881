"""The importers as they are declared."""

from inspect import signature

import pytest

from graphkit.importers.registry import FILTER, IMPORTERS

COMMAND_ONLY = {"output", "with_shipped", "preview"}
"""Parameters of commands that no function takes by its name."""
ids = [importer.name for importer in IMPORTERS]


@pytest.mark.parametrize("importer", IMPORTERS, ids=ids)
def test_a_function_takes_the_parameters_of_its_command(importer):
    declared = {parameter.name for parameter in importer.parameters} - COMMAND_ONLY
    if importer.has_filter:
        declared = declared - {parameter.name for parameter in FILTER} | {"wanted"}
    taken = set(signature(importer.load()).parameters)

    assert taken - declared <= {"folder", "reference", "progress", "path"}
    assert declared - taken <= {"file"}


@pytest.mark.parametrize("importer", IMPORTERS, ids=ids)
def test_defaults_of_a_command_are_those_of_its_function(importer):
    taken = signature(importer.load()).parameters
    shared = [p for p in importer.parameters if p.name in taken and p.option != "--mapping"]

    assert all(p.default in (..., taken[p.name].default) for p in shared)


def test_importers_of_trade_filter_its_flows():
    filtering = [importer.name for importer in IMPORTERS if importer.has_filter]

    assert filtering == ["baci", "comtrade", "customs"]
