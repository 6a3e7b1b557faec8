"""The same job as `neartime backfill`, in PySpark on two local threads: spark_job.py IN OUT.

Like the DuckDB peer it groups the raw text first and cleans the groups. What it took, the JVM included, is left in the
file that BENCH_USAGE names.
"""
import glob
import json
import os
import resource
import sys

from pyspark.sql import SparkSession, functions as f, types as t

SPACE = r"[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
BROWSES = ["app_open", "view_listings", "view_item", "search_start", "chat_inbox", "on_resume"]
LOGIN, POST = "login_sign_in_complete", "post_item_success"
KEYS = ["id", "country", "brand"]
PARTS = {"year": "yyyy", "month": "MM", "day": "dd", "hour": "HH", "ten_mins": "mm"}
FEATURES = [
    ("device_last_browse", "last_action", "last_action_timestamp"),
    ("user_last_login", "last_action", "last_action_timestamp"),
    ("user_num_posts", "actions", "actions_count"),
]


def main(source, target):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    rows = clean(raw_groups(spark, source)).cache()
    for index, (feature, column, value) in enumerate(FEATURES):
        of_feature = rows.where(f.col("feature") == index).select("window_start", *KEYS, f.col(column).alias(value))
        write(of_feature, os.path.join(target, "features_store", feature))
    return spark


def raw_groups(spark, source):
    names = ["event_name", "timestamp", "device_id", "user_id", "country", "brand"]
    schema = t.StructType([t.StructField(name, t.StringType()) for name in names])
    files = glob.glob(os.path.join(glob.escape(source), "in", "**", "*.gz"), recursive=True)
    stamp = f.regexp_replace(f.input_file_name(), r"^.*/(\d{4})/(\d\d)/(\d\d)/[^/]*-(\d{6})\.gz$", "$1$2$3$4")
    latest = f.unix_timestamp(stamp, "yyyyMMddHHmmss") + 300
    name = f.regexp_replace("event_name", f"^{SPACE}+|{SPACE}+$", "")
    time = f.col("timestamp").cast("double")
    seconds = f.when(time >= 1e11, f.floor(time / 1000)).otherwise(time.cast("long"))
    return (
        spark.read.schema(schema).json(files)
        .withColumn("name", name)
        .where(f.col("name").isin(*BROWSES, LOGIN, POST) & (time == f.floor(time)))
        .select(
            f.when(f.col("name") == LOGIN, 1).when(f.col("name") == POST, 2).otherwise(0).alias("feature"),
            f.when(f.col("name").isin(*BROWSES), f.col("device_id")).otherwise(f.col("user_id")).alias("id"),
            "country",
            "brand",
            seconds.alias("seconds"),
            latest.alias("latest"),
        )
        .where("seconds >= 946684800 and seconds < 4102444800 and seconds <= latest")
        .groupBy("feature", f.expr("seconds - seconds % 600").alias("window_start"), *KEYS)
        .agg(f.max("seconds").alias("last_action"), f.count("*").alias("actions"))
    )


def clean(groups):
    for key in KEYS:
        groups = groups.withColumn(key, f.lower(f.trim(f.regexp_replace(key, f"{SPACE}+", " "))))
        groups = groups.where(f.octet_length(key).between(1, 1024))
    return groups.groupBy("feature", "window_start", *KEYS).agg(
        f.max("last_action").alias("last_action"), f.sum("actions").alias("actions")
    )


def write(rows, target):
    start = f.timestamp_seconds("window_start")
    for part, pattern in PARTS.items():
        rows = rows.withColumn(part, f.date_format(start, pattern))
    rows = rows.repartition(2, "window_start").sortWithinPartitions("window_start", *KEYS).drop("window_start")
    rows.write.option("compression", "snappy").partitionBy(*PARTS).parquet(target)


def end_jvm(spark):
    """Only a JVM that was waited for is counted."""
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def leave_usage(path):
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    usage = {
        "cpuSeconds": sum(one.ru_utime + one.ru_stime for one in both),
        "peakMegabytes": sum(one.ru_maxrss for one in both) / 1024,
    }
    with open(path, "w") as file:
        json.dump(usage, file)


if __name__ == "__main__":
    end_jvm(main(*sys.argv[1:3]))
    if "BENCH_USAGE" in os.environ:
        leave_usage(os.environ["BENCH_USAGE"])
