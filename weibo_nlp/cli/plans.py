"""What ``weibo-nlp label --dry-run`` shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from weibo_nlp.io.terminal import print_line, print_lines

if TYPE_CHECKING:
    from weibo_nlp.models.endpoint import RequestPlan


def print_plans(
    plans: Mapping[str, RequestPlan], price_in: float | None, price_out: float | None, *, by_topic: bool
) -> None:
    """Print what language models would be asked, what that costs, and one request as an example.

    Parameters
    ----------
    plans : mapping of str to RequestPlan
        Task -> plan.
    price_in, price_out : float, optional
        Of a million tokens.
    by_topic : bool
        Whether the topic of a text decides the target of stance.
    """
    from weibo_nlp.io.names import printable
    from weibo_nlp.models.endpoint.plan import HOW

    for name, plan in plans.items():
        print_line(
            f"{name}: {plan.texts:,} texts, {plan.cached:,} answered before; {plan.requests:,} requests to {plan.host} "
            f"({printable(plan.model)}), about {plan.tokens_in:,} tokens there and {plan.tokens_out:,} back"
        )
    topic = plans.get("topic")
    if by_topic and topic is not None and "stance" in plans and (unknown := topic.texts - topic.cached):
        print_line(f"stance: up to {unknown:,} requests more, where the topic, which decides the target, has one")
    print_line(f"Here, {HOW}")
    if price_in is not None and price_out is not None:
        cost = sum(plan.cost(price_in, price_out) for plan in plans.values())
        print_line(f"Cost: {cost:,.4f} at {price_in:g} and {price_out:g} for a million tokens there and back")
    for name, plan in plans.items():
        if plan.example:
            print_line(f"A request for {name}:")
            for message in plan.example:
                print_lines(f"[{message['role']}]\n{message['content']}")
    print_line("Nothing was sent.")
