"""Rules on a schedule: they do nothing while they are disabled, as on AWS.

LocalStack notes the state of a rule, and goes on invoking its targets as it did when the rule was made.
"""

from collections.abc import Callable

from localstack.aws.api.events import RuleState
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.events.scheduler import JobScheduler


def register() -> None:
    make = EventsProvider._get_scheduled_rule_job_function

    def made(self: EventsProvider, account_id: str, region: str, rule) -> Callable[..., None]:
        send = make(self, account_id, region, rule)

        def send_while_enabled(*words, **named) -> None:
            if rule.state != RuleState.DISABLED:
                send(*words, **named)

        return send_while_enabled

    def create_schedule_job(self: RuleService, send: Callable[..., None]) -> None:
        # Whether the rule is enabled is asked when its time has come: it may be by then.
        self.job_id = JobScheduler.instance().add_job(send, self.schedule_cron, True)

    EventsProvider._get_scheduled_rule_job_function = made
    RuleService.create_schedule_job = create_schedule_job
