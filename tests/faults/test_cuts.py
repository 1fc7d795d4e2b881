"""A network that is cut, reset, stalls or garbles while a load or an answer goes through it."""

import random
from collections import Counter

from chance import SEED
from loads import state
from wire import wire

from graphkit.stores.neo4j.store import Neo4jStore

FAULTS = ("cut", "reset", "garbage", "commit")


def test_a_load_over_a_network_that_is_cut(loads, counts, neo4j_store, neo4j_server):
    chance, held, hits = random.Random(SEED + 52), "A", Counter[str]()
    loads.finish(*loads.load("B", neo4j_server[0]))
    with wire(neo4j_server[0]) as (uri, whole):
        process, said = loads.load("A", uri)
        loads.finish(process, said)
    faults = [*(FAULTS[n % 4] for n in range(counts.cuts * 2 // 3)), "stall"]
    for fault in faults:
        wanted = loads.other(held)
        after = chance.randrange(whole.commits if fault == "commit" else whole.passed)
        with wire(neo4j_server[0], fault, after) as (uri, _):
            process, said = loads.load(wanted, uri)
            text = loads.finish(process, said)
            assert process.exitcode in (0, 1, 4)
            assert neo4j_server[2] not in text
        with Neo4jStore(*neo4j_server) as store:
            found = state(loads, store)
        assert found in ({wanted} if process.exitcode == 0 else {"", held, wanted})
        hits[f"{fault}: exit {process.exitcode}"] += 1
        if found != wanted:
            loads.finish(*loads.load(wanted, neo4j_server[0]))
            with Neo4jStore(*neo4j_server) as store:
                assert state(loads, store) == wanted
        held = wanted
    print(dict(hits))


def test_an_answer_over_a_network_that_is_cut(loads, counts, neo4j_store, neo4j_server):
    chance, hits = random.Random(SEED + 53), Counter[str]()
    loads.finish(*loads.load("A", neo4j_server[0]))
    question = ("depends", "KOR", "--format", "csv", "--db")
    with wire(neo4j_server[0]) as (uri, whole):
        wanted = loads.finish(*loads.start(*question, uri))
    for number in range(counts.cuts // 3):
        fault = ("cut", "reset", "garbage", "stall")[number % 4]
        with wire(neo4j_server[0], fault, chance.randrange(whole.passed)) as (uri, _):
            process, said = loads.start(*question, uri)
            text = loads.finish(process, said)
        assert process.exitcode in (0, 1, 4)
        assert neo4j_server[2] not in text
        assert process.exitcode or text == wanted
        hits[f"{fault}: exit {process.exitcode}"] += 1
    print(dict(hits))
