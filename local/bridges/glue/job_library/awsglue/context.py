"""Refuses GlueContext, which lives on Java classes that AWS gives to nobody else."""

raise ImportError(
    "GlueContext exists in Glue alone: take SparkSession.builder.getOrCreate(), which runs here and there."
)
