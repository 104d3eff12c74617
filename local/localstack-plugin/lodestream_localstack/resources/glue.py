"""Glue: databases and external tables of the catalogue, and jobs. Iceberg tables are made by Athena alone."""

from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, generated_name, unless_missing


class Database(Provider):
    TYPE = "AWS::Glue::Database"
    SCHEMA = {
        "primaryIdentifier": ["/properties/DatabaseName"],
        "createOnlyProperties": [
            "/properties/CatalogId",
            "/properties/DatabaseName",
            "/properties/DatabaseInput/Name",
        ],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        given = model.setdefault("DatabaseInput", {})
        model["DatabaseName"] = model.get("DatabaseName") or given.get("Name") or generated_name(request)
        given["Name"] = model["DatabaseName"]
        request.aws_client_factory.glue.create_database(**_catalogue(model), DatabaseInput=given)
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        name = model["DatabaseName"] = request.previous_state["DatabaseName"]
        given = model.setdefault("DatabaseInput", {})
        given["Name"] = name
        request.aws_client_factory.glue.update_database(**_catalogue(model), Name=name, DatabaseInput=given)
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        unless_missing(request.aws_client_factory.glue.delete_database, **_catalogue(model), Name=model["DatabaseName"])
        return done(model)


class Table(Provider):
    TYPE = "AWS::Glue::Table"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Name"],
        "createOnlyProperties": [
            "/properties/CatalogId",
            "/properties/DatabaseName",
            "/properties/TableInput/Name",
        ],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        given = model["TableInput"]
        given["Name"] = model["Name"] = given.get("Name") or generated_name(request)
        request.aws_client_factory.glue.create_table(
            **_catalogue(model), DatabaseName=model["DatabaseName"], TableInput=given
        )
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        given = model["TableInput"]
        given["Name"] = model["Name"] = request.previous_state["Name"]
        request.aws_client_factory.glue.update_table(
            **_catalogue(model), DatabaseName=model["DatabaseName"], TableInput=given
        )
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        where = {**_catalogue(model), "DatabaseName": model["DatabaseName"]}
        unless_missing(request.aws_client_factory.glue.delete_table, **where, Name=model["Name"])
        return done(model)


class Job(Provider):
    TYPE = "AWS::Glue::Job"
    SCHEMA = {"primaryIdentifier": ["/properties/Name"], "createOnlyProperties": ["/properties/Name"]}

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = model.get("Name") or generated_name(request)
        request.aws_client_factory.glue.create_job(**model)
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = request.previous_state["Name"]
        settings = {key: value for key, value in model.items() if key not in ("Name", "Tags")}
        request.aws_client_factory.glue.update_job(JobName=model["Name"], JobUpdate=settings)
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        # Glue itself finds no fault with a job that is not there.
        request.aws_client_factory.glue.delete_job(JobName=model["Name"])
        return done(model)


def _catalogue(model: dict) -> dict:
    return {"CatalogId": model["CatalogId"]} if model.get("CatalogId") else {}
