"""Every declared question, in the order of the help.

Commands, Python methods and the table of commands come from here, without importing a question.
"""

from __future__ import annotations

from graphkit.verbs import claims, dependence, markets, policy, supply, trade

VERBS = (
    *dependence.VERBS,
    *supply.VERBS,
    *policy.VERBS,
    *markets.VERBS,
    *trade.VERBS,
    *claims.VERBS,
)
PARAMETERS = {key: found for verb in VERBS for key, found in verb.functions.items()}
"""The parameters of each function in :mod:`graphkit.questions`."""
FORMER_NAMES = {key: verb.former_names for verb in VERBS for key in verb.functions}
"""The former parameters of each function, with those that replaced them."""
