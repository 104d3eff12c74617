"""What a rule on a schedule does while it is disabled."""

from types import SimpleNamespace

import pytest
from localstack.aws.api.events import RuleState
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.events.scheduler import JobScheduler

from lodestream_localstack import scheduled_rules


@pytest.fixture
def registered(monkeypatch):
    for owner, name in (
        (EventsProvider, "_get_scheduled_rule_job_function"),
        (RuleService, "create_schedule_job"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    scheduled_rules.register()


@pytest.mark.parametrize("at_first", [RuleState.ENABLED, RuleState.DISABLED])
def test_a_rule_invokes_its_targets_while_it_is_enabled_only(registered, monkeypatch, at_first):
    sent = []
    sender = SimpleNamespace(process_event=lambda event, trace_header: sent.append(event["detail-type"]))
    rule = SimpleNamespace(state=at_first, arn="rule", targets={"t": {"Id": "t"}})
    provider = SimpleNamespace(_target_sender_store={"rule-t": sender})
    scheduler = JobScheduler()
    monkeypatch.setattr(JobScheduler, "instance", classmethod(lambda cls: scheduler))
    send = EventsProvider._get_scheduled_rule_job_function(provider, "000000000000", "us-east-1", rule)
    RuleService.create_schedule_job(SimpleNamespace(schedule_cron="* * * * *", rule=rule), send)
    (job,) = scheduler.jobs

    def come_due():
        if job.is_enabled:
            job.job_func()

    rule.state = RuleState.DISABLED
    come_due()
    assert sent == []
    rule.state = RuleState.ENABLED
    come_due()
    assert sent == ["Scheduled Event"]
