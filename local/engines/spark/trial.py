"""
A run through what jobs do, right after the installation: it shows that Spark works on this machine, and Java keeps the
classes that it loaded, so that each job starts in a third of the time. Argument: a folder that it may fill.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


class Nothing(BaseHTTPRequestHandler):
    """Stands for an S3 and a Glue in which there is nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(404, b"")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(400, b'{"__type":"EntityNotFoundException","message":"nothing is here"}')

    do_HEAD = do_GET

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def main(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    spark = session(folder, f"http://127.0.0.1:{server.server_port}")
    rows = spark.range(1000).select(
        F.col("id").cast("string").alias("event_id"),
        F.expr("date'2026-11-20' + cast(id % 3 as int)").alias("day"),
        F.expr("""concat('{"price":"', id, '.5","at":"2026-11-20T10:00:00Z"}')""").alias("payload"),
    )
    rows.write.partitionBy("day").parquet(f"{folder}/rows")
    read = spark.read.parquet(f"{folder}/rows").where("day >= date'2026-11-20'")
    event = F.from_json("payload", "price string, at string")
    first = Window.partitionBy("event_id").orderBy("day")
    parsed = (
        read.withColumn("place", F.row_number().over(first))
        .where("place = 1")
        .select("event_id", "day", event.price.cast("decimal(38,8)").alias("price"), event.at.cast("timestamp_ntz").alias("at"))
    )
    parsed.writeTo("here.trial.rows").using("iceberg").partitionedBy("day").create()
    total = spark.table("here.trial.rows").groupBy("day").agg(F.count("*"), F.sum("price")).collect()
    assert len(total) == 3, total
    # Both fail, and have then loaded what a job needs to ask S3 and Glue.
    refused(lambda: spark.read.parquet("s3://nothing/here/"))
    refused(lambda: spark.table("there.trial.rows"))
    spark.stop()


def session(folder, nowhere):
    settings = {
        "spark.hadoop.fs.s3a.endpoint": nowhere,
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalog.here": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.here.type": "hadoop",
        "spark.sql.catalog.here.warehouse": f"{folder}/warehouse",
        "spark.sql.catalog.there": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.there.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        "spark.sql.catalog.there.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        "spark.sql.catalog.there.warehouse": "s3://nothing/here/",
        "spark.sql.catalog.there.glue.endpoint": nowhere,
        "spark.sql.catalog.there.s3.endpoint": nowhere,
    }
    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def refused(work):
    try:
        work()
    except Exception as error:
        print(f"refused, as it should be: {str(error).splitlines()[0]}")
    else:
        raise AssertionError("something is where nothing is")


main(sys.argv[1])
