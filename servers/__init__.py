"""Starts real servers on loopback, for the test suites and for a person who wants to try them.

``with PostgresqlServer() as connection:`` starts one and ends it however the block ends, our own ``kill -9``
included; :mod:`servers.playground` keeps them up between commands; :mod:`servers.fetch` gets them beforehand.
What cannot run here says in one sentence what to install; nothing is ever skipped in silence.
"""

from servers.elasticsearch import ElasticsearchConnection, ElasticsearchServer, releases_for_this_machine
from servers.minio import MinioServer
from servers.objectstore import S3Connection
from servers.postgresql import PostgresqlConnection, PostgresqlServer, create_database, drop_database
from servers.prefect import PrefectConnection, PrefectServer
from servers.seaweedfs import SeaweedfsServer

__all__ = [
    "ElasticsearchConnection",
    "ElasticsearchServer",
    "MinioServer",
    "PostgresqlConnection",
    "PostgresqlServer",
    "PrefectConnection",
    "PrefectServer",
    "S3Connection",
    "SeaweedfsServer",
    "create_database",
    "drop_database",
    "releases_for_this_machine",
]
